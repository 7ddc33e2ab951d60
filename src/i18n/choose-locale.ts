import { parse } from 'hono/utils/cookie'
import Negotiator from 'negotiator'
import { isLocale, LOCALE_COOKIE, LOCALE_HEADER, LOCALES, type Locale } from './locale'

/** The two headers of a request that name a language. */
interface LanguageRequest {
  cookie: string | null | undefined
  acceptLanguage: string | null | undefined
}

/** The reader's own choice (a cookie), else the first of the browser's languages that we have, else English. */
export function chooseLocale({ cookie, acceptLanguage }: LanguageRequest): Locale {
  const chosen = parse(cookie ?? '')[LOCALE_COOKIE]
  if (isLocale(chosen)) return chosen
  const preferred = new Negotiator({ headers: { 'accept-language': acceptLanguage ?? '' } }).language([
    ...LOCALES,
  ])
  return isLocale(preferred) ? preferred : 'en'
}

/** The language the web process chose for this page; without our web process in front, chosen from the request itself. */
export function localeOf(headers: Headers): Locale {
  const chosen = headers.get(LOCALE_HEADER)
  return isLocale(chosen)
    ? chosen
    : chooseLocale({ cookie: headers.get('cookie'), acceptLanguage: headers.get('accept-language') })
}

/** Pages for operators and programmers exist in English only, so `<html lang>` must be `en` for every reader. */
const ENGLISH_ONLY = ['/dashboard', '/docs', '/gallery', '/learn', '/problems', '/sign-in']

/** The language of the page at this address. */
export function localeOfPage(url: string, request: LanguageRequest): Locale {
  const [path = ''] = url.split(/[?#]/)
  const english = ENGLISH_ONLY.some((place) => path === place || path.startsWith(`${place}/`))
  return english ? 'en' : chooseLocale(request)
}

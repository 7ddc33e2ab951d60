import Negotiator from 'negotiator'
import { isLocale, LOCALE_COOKIE, LOCALE_HEADER, LOCALES, type Locale } from './locale'

/** What a request tells about its reader. */
interface LanguageRequest {
  cookie: string | null | undefined
  acceptLanguage: string | null | undefined
}

/** The reader's own choice, else the first language of their browser that we speak, else English. */
export function chooseLocale({ cookie, acceptLanguage }: LanguageRequest): Locale {
  const chosen = new RegExp(`(?:^|;\\s*)${LOCALE_COOKIE}=([^;]*)`).exec(cookie ?? '')?.[1]
  if (isLocale(chosen)) return chosen
  const spoken = new Negotiator({ headers: { 'accept-language': acceptLanguage ?? '' } }).language([
    ...LOCALES,
  ])
  return isLocale(spoken) ? spoken : 'en'
}

/** What the web process has found for this page; where another server or none stood before it, what the request itself says. */
export function localeOf(headers: Headers): Locale {
  const chosen = headers.get(LOCALE_HEADER)
  return isLocale(chosen)
    ? chosen
    : chooseLocale({ cookie: headers.get('cookie'), acceptLanguage: headers.get('accept-language') })
}

/** Pages for operators and programmers are written in English only; their frame must say so, whoever reads them. */
const ENGLISH_ONLY = ['/dashboard', '/docs', '/gallery', '/lab', '/problems', '/sign-in']

/** The language in which the page at this address answers. */
export function localeOfPage(url: string, request: LanguageRequest): Locale {
  const [path = ''] = url.split(/[?#]/)
  const english = ENGLISH_ONLY.some((place) => path === place || path.startsWith(`${place}/`))
  return english ? 'en' : chooseLocale(request)
}

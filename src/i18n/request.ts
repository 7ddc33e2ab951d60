import { headers } from 'next/headers'
import { getRequestConfig } from 'next-intl/server'
import { chooseLocale } from './choose'
import { compiledMessages } from './compiled'
import { isLocale, LANGUAGES, LOCALE_HEADER, type Locale } from './locale'

/** For next-intl, once a request. Addresses do not change with the language: a link to a receipt is a link to a receipt. */
export default getRequestConfig(async () => {
  const locale = localeOf(await headers())
  // UTC as everywhere on the server: the browser puts the reader's own zone in its place (`ui/timestamp`).
  return { locale: LANGUAGES[locale].tag, messages: compiledMessages(locale), timeZone: 'UTC' }
})

/** What the web process has found; behind another server, what the request itself says. */
export function localeOf(headers: Headers): Locale {
  const told = headers.get(LOCALE_HEADER)
  return isLocale(told) ? told : chooseLocale({ cookie: headers.get('cookie'), acceptLanguage: headers.get('accept-language') })
}

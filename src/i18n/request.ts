import { headers } from 'next/headers'
import { getRequestConfig } from 'next-intl/server'
import { localeOf } from './choose-locale'
import { compiledMessages } from './compiled-messages'
import { LANGUAGES } from './locale'

/** next-intl's configuration, per request. Addresses carry no language, so a shared link opens in the reader's own. */
export default getRequestConfig(async () => {
  const locale = localeOf(await headers())
  // UTC as everywhere on the server; the browser replaces it with the reader's zone (`ui/timestamp`).
  return { locale: LANGUAGES[locale].tag, messages: compiledMessages(locale), timeZone: 'UTC' }
})

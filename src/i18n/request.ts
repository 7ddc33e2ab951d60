import { headers } from 'next/headers'
import { getRequestConfig } from 'next-intl/server'
import { localeOf } from './choose-locale'
import { compiledMessages } from './compiled-messages'
import { LANGUAGES } from './locale'

/** For next-intl, once a request. Addresses do not change with the language: a link to a receipt is a link to a receipt. */
export default getRequestConfig(async () => {
  const locale = localeOf(await headers())
  // UTC as everywhere on the server: the browser puts the reader's own zone in its place (`ui/timestamp`).
  return { locale: LANGUAGES[locale].tag, messages: compiledMessages(locale), timeZone: 'UTC' }
})

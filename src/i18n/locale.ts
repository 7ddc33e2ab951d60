/** The languages of the pages for shoppers. Everything else (dashboard, docs, API) is English. */
export const LOCALES = ['en', 'ar'] as const
export type Locale = (typeof LOCALES)[number]

/**
 * `tag` is the locale for `Intl` and the messages. Arabic takes Latin digits: they are the digits on the card, and server
 * and browser then write the same text even where their locale data differ.
 */
export const LANGUAGES = {
  en: { tag: 'en', dir: 'ltr', name: 'English' },
  ar: { tag: 'ar-u-nu-latn', dir: 'rtl', name: 'العربية' },
} as const satisfies Record<Locale, { tag: string; dir: 'ltr' | 'rtl'; name: string }>

export type LanguageTag = (typeof LANGUAGES)[Locale]['tag']

/** The cookie with the reader's choice. */
export const LOCALE_COOKIE = 'locale'
/** The request header in which the web process passes the language to the pages: it knows the address, a layout does not. */
export const LOCALE_HEADER = 'x-locale'

export function isLocale(word: unknown): word is Locale {
  return LOCALES.some((locale) => locale === word)
}

export function localeOfTag(tag: LanguageTag): Locale {
  return LOCALES.find((locale) => LANGUAGES[locale].tag === tag) ?? 'en'
}

/** The languages of what a shopper sees. Everything else (dashboard, documents, API) is English. */
export const LOCALES = ['en', 'ar'] as const
export type Locale = (typeof LOCALES)[number]

/**
 * `tag` is what `Intl` and the messages are formatted with. Arabic takes Latin digits: they are the digits on the card, and a server and a
 * browser whose data disagree on an Arabic country's habit still write the same text.
 */
export const LANGUAGES = {
  en: { tag: 'en', dir: 'ltr', name: 'English' },
  ar: { tag: 'ar-u-nu-latn', dir: 'rtl', name: 'العربية' },
} as const satisfies Record<Locale, { tag: string; dir: 'ltr' | 'rtl'; name: string }>

export type LanguageTag = (typeof LANGUAGES)[Locale]['tag']

/** Where the reader's choice is kept. */
export const LOCALE_COOKIE = 'locale'
/** How the web process tells the pages in which language to answer: it knows the address, a layout does not. */
export const LOCALE_HEADER = 'x-locale'

export function isLocale(word: unknown): word is Locale {
  return LOCALES.some((locale) => locale === word)
}

export function localeOfTag(tag: LanguageTag): Locale {
  return LOCALES.find((locale) => LANGUAGES[locale].tag === tag) ?? 'en'
}

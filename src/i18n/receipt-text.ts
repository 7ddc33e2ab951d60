import { createTranslator } from 'use-intl/core'
import { LANGUAGES, type Locale } from './locale'
import { MESSAGES, type Messages } from './messages'

/** Values of a text: those that stand between its tags are written as they are. */
type Values = Record<string, string | number>

/** Keys of texts, with a point between levels. */
type KeyOf<Texts> = {
  [Key in keyof Texts & string]: Texts[Key] extends string ? Key : `${Key}.${KeyOf<Texts[Key]>}`
}[keyof Texts & string]

type ReceiptText = (key: KeyOf<Messages['receipt']>, values?: Values) => string

/** Made once for each language: a translator parses its messages, and remembers them. */
const made = new Map<Locale, ReceiptText>()

/**
 * The texts of the receipt in a language, without any markup, for what is no page. Every tag gives only what is in it.
 * @returns a function from a text's key and its values
 */
export function receiptText(locale: Locale): ReceiptText {
  const known = made.get(locale) ?? translator(locale)
  made.set(locale, known)
  return known
}

function translator(locale: Locale): ReceiptText {
  const { tag } = LANGUAGES[locale]
  const t = createTranslator({
    locale: tag,
    messages: MESSAGES[locale] as never,
    namespace: 'receipt' as never,
  })
  const inner = (text: string) => text
  return (key, values = {}) => t.markup(key as never, { money: inner, name: inner, ...values } as never)
}

import compile from 'icu-minify/compile'
import type { Locale } from './locale'
import { MESSAGES, type Messages } from './messages'

const compiled = new Map<Locale, Messages>()

/**
 * The messages compiled for `use-intl/format-message/format-only`: parsed once per process, so that no browser needs the
 * parser. Typed as the texts, since a compiled message is looked up by the same key.
 */
export function compiledMessages(locale: Locale): Messages {
  const known = compiled.get(locale) ?? (compileAll(MESSAGES[locale]) as Messages)
  compiled.set(locale, known)
  return known
}

function compileAll(messages: object): object {
  return Object.fromEntries(
    Object.entries(messages).map(([key, message]) => [
      key,
      typeof message === 'string' ? compile(message) : compileAll(message),
    ]),
  )
}

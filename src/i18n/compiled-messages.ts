import compile from 'icu-minify/compile'
import type { Locale } from './locale'
import { MESSAGES, type Messages } from './messages'

const compiled = new Map<Locale, Messages>()

/**
 * The messages as `use-intl/format-message/format-only` takes them: parsed here, once a process, so that no parser goes to a browser. The
 * type stays that of the texts: a compiled message is asked for in the same words.
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

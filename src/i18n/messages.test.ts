import format, { type CompiledMessage } from 'icu-minify/format'
import { createTranslator } from 'use-intl/core'
import { describe, expect, test } from 'vitest'
import { compiledMessages } from './compiled-messages'
import { LANGUAGES, LOCALES } from './locale'
import { MESSAGES } from './messages'

describe.each(LOCALES)('the texts in %s', (locale) => {
  const { tag } = LANGUAGES[locale]
  const texts = leavesOf<string>(MESSAGES[locale])
  const compiled = leavesOf<CompiledMessage>(compiledMessages(locale))

  test('have the same keys and arguments as the English ones', () => {
    const english = leavesOf<CompiledMessage>(compiledMessages('en'))
    const takes = (messages: Map<string, CompiledMessage>) =>
      [...messages].map(([key, message]) => [key, [...new Set(argumentsOf(message))].sort()]).sort()
    expect(takes(compiled)).toEqual(takes(english))
  })

  test('are not empty and have no space at either end', () => {
    expect([...texts].filter(([, text]) => text === '' || text !== text.trim())).toEqual([])
  })

  test('cover every plural form of the language', () => {
    const has = new Intl.PluralRules(tag).resolvedOptions().pluralCategories
    for (const [key, message] of compiled)
      for (const forms of pluralsOf(message))
        expect([key, Object.keys(forms)]).toEqual([key, expect.arrayContaining(has)])
  })

  test.each([0, 1, 2, 3, 11, 100])('read the same compiled and parsed, with a count of %i', (count) => {
    for (const [key, text] of texts) {
      const message = compiled.get(key) as CompiledMessage
      const given = valuesFor(message, count)
      const parsed = createTranslator({ locale: tag, messages: { text } as never, onError: fail }).markup(
        'text' as never,
        given as never,
      )
      expect([key, format(message, tag, given, { formatters })]).toEqual([key, parsed])
      expect(parsed).not.toMatch(/[{}<>]|undefined/)
    }
  })
})

test('Arabic counts as Arabic does, with the digits of a card', () => {
  const t = createTranslator({
    locale: LANGUAGES.ar.tag,
    messages: MESSAGES.ar as typeof MESSAGES.en as never,
    namespace: 'receipt.proof' as never,
  })
  const times = (count: number) => t('times' as never, { count } as never)
  expect([0, 1, 2, 3, 10, 11, 25, 99, 100, 102, 103, 1_000].map(times)).toEqual([
    ...[
      'ولا مرة',
      'مرة واحدة',
      'مرتين',
      '3 مرات',
      '10 مرات',
      '11 مرة',
      '25 مرة',
      '99 مرة',
      '100 مرة',
      '102 مرة',
      '103 مرات',
      '1,000 مرة',
    ],
  ])
})

const formatters = {
  getDateTimeFormat: (...args: ConstructorParameters<typeof Intl.DateTimeFormat>) =>
    new Intl.DateTimeFormat(...args),
  getNumberFormat: (...args: ConstructorParameters<typeof Intl.NumberFormat>) =>
    new Intl.NumberFormat(...args),
  getPluralRules: (...args: ConstructorParameters<typeof Intl.PluralRules>) => new Intl.PluralRules(...args),
}

function fail(error: Error): never {
  throw error
}

/** The leaves of a tree of messages, by path. A compiled message is a leaf too. */
function leavesOf<Leaf>(messages: object, prefix = ''): Map<string, Leaf> {
  return new Map(
    Object.entries(messages).flatMap(([key, value]): [string, Leaf][] =>
      typeof value === 'string' || Array.isArray(value)
        ? [[prefix + key, value as Leaf]]
        : [...leavesOf<Leaf>(value, `${prefix}${key}.`)],
    ),
  )
}

/** The nodes of a compiled message: `[name]`, `[name, kind, forms]` or `[tag, …children]`; a text or a `#` is none. */
type Node = [name: string, kind?: unknown, ...rest: unknown[]]
const nodesOf = (message: unknown): Node[] =>
  (Array.isArray(message) ? message.filter(Array.isArray) : []) as Node[]
const isKind = (kind: unknown): kind is number => typeof kind === 'number' && kind > 0
const CHOICES = { 1: 'select', 2: 'plural', 3: 'ordinal' } as const

function argumentsOf(message: unknown): string[] {
  return nodesOf(message).flatMap(([name, kind, ...rest]) => {
    if (kind === undefined) return [name]
    if (!isKind(kind)) return [`<${name}>`, ...argumentsOf([kind, ...rest])]
    return [
      `${name}:${kind}`,
      ...(kind in CHOICES ? Object.values(rest[0] as object).flatMap(argumentsOf) : []),
    ]
  })
}

function pluralsOf(message: unknown): object[] {
  return nodesOf(message).flatMap(([, kind, ...rest]) => {
    if (kind === undefined) return []
    if (!isKind(kind)) return pluralsOf([kind, ...rest])
    return [
      ...(kind === 2 ? [rest[0] as object] : []),
      ...(kind in CHOICES ? Object.values(rest[0] as object).flatMap(pluralsOf) : []),
    ]
  })
}

/** A value for every argument; a tag returns its content. */
function valuesFor(message: CompiledMessage, count: number) {
  const whole = (chunks: unknown) => [chunks].flat().join('')
  return Object.fromEntries(
    argumentsOf(message).map((taken) =>
      taken.startsWith('<')
        ? [taken.slice(1, -1), whole]
        : taken.endsWith(':2')
          ? [taken.slice(0, -2), count]
          : [taken, 'Zoë'],
    ),
  )
}

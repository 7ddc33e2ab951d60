import type { IdPrefix } from './id'

/** An id that was named whole, or as pages shorten it: the UUIDs from `from` to `until` that end in `tail`. Whole: both are the same. */
export interface PastedId {
  /** What it names; null: a bare UUID may name anything. */
  prefix: IdPrefix | null
  /** UUIDs, with dashes. */
  from: string
  until: string
  /** Last hexadecimal digits; empty when it is whole. */
  tail: string
}

/** What a person has pasted may name, in any of the forms in which we show it. */
export interface Pasted {
  ids: PastedId[]
  /** The whole text, and the parts of an address: a receipt's token, a reference of the bank. */
  texts: string[]
}

/** More than any of our addresses has. */
const PARTS_MAX = 8
const SHOWN_ID = /^(?:([a-z]{3})_)?([0-9a-f]{4,32})(?:(?:…|\.{3})([0-9a-f]{0,28}))?$/

/** Pure. Reads ids whole or shortened (`pay_018f5c3a…9a2b`), bare UUIDs, and links with any of them. */
export function readPasted(text: string): Pasted {
  const parts = text
    .split(/[\s/?#&=]+/)
    .filter((part) => part !== '' && part !== 'https:' && part !== 'http:')
  const texts = [...new Set([text.trim(), ...parts])].filter((part) => part !== '').slice(0, PARTS_MAX + 1)
  return { ids: texts.flatMap((part) => readShownId(part) ?? []), texts }
}

function readShownId(text: string): PastedId | null {
  const match = SHOWN_ID.exec(text.toLowerCase().replaceAll('-', ''))
  if (!match) return null
  const [, prefix, head = '', tail] = match
  // Digits without an ellipsis are an id only when all of them are there: `2026` is an amount or a card.
  if (tail === undefined ? head.length !== 32 : head.length + tail.length > 32) return null
  if (prefix !== undefined && !isIdPrefix(prefix)) return null
  return {
    prefix: prefix ?? null,
    from: uuid(head.padEnd(32, '0')),
    until: uuid(head.padEnd(32, 'f')),
    tail: tail ?? '',
  }
}

const PREFIXES: ReadonlySet<string> = new Set<IdPrefix>([
  'pay',
  'ord',
  'txn',
  'acc',
  'att',
  'evt',
  'mer',
  'ref',
  'key',
  'whe',
  'whd',
])

function isIdPrefix(prefix: string): prefix is IdPrefix {
  return PREFIXES.has(prefix)
}

function uuid(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

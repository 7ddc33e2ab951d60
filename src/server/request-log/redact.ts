import { holdsCardNumber } from '@/lib/card-number'

/**
 * The parts of a request and its answer that may be kept. Closed by default: a header or a member that is not named here loses its value, so
 * a field that is added to the API is masked until somebody decides otherwise.
 */

/** In place of a value that is not kept. */
export const MASKED = '[masked]'
const CARD = '[card number]'
const SECRET = '[secret]'
const EMAIL = '[e-mail]'

/** Headers of a request. None of them carries a secret: `Authorization`, cookies and whatever else a client sends are not looked at. */
const REQUEST_HEADERS = [
  'accept',
  'content-encoding',
  'content-length',
  'content-type',
  'idempotency-key',
  'origin',
  'prefer',
  'user-agent',
] as const

/** Headers of an answer. */
const ANSWER_HEADERS = [
  'allow',
  'content-type',
  'idempotency-first-executed',
  'idempotency-key-expires',
  'idempotent-replayed',
  'location',
  'preference-applied',
  'ratelimit',
  'ratelimit-policy',
  'request-id',
  'retry-after',
  'www-authenticate',
] as const

/** Members whose values are facts of the payment or of the protocol, and say nothing about a person. Their texts are searched all the same. */
const KEPT = new Set([
  ...['id', 'orderId', 'paymentId', 'endpointId', 'deliveryId', 'resource', 'key', 'operation'],
  ...[
    'amount',
    'amountRefunded',
    'unitAmount',
    'quantity',
    'currency',
    'paymentMethod',
    'cardLabel',
    'declineCode',
  ],
  ...[
    'status',
    'state',
    'kind',
    'type',
    'title',
    'detail',
    'pointer',
    'differs',
    'retry',
    'retryAfterSeconds',
  ],
  ...['statusUrl', 'requiredScope', 'problem', 'reference', 'eventTypes', 'limit', 'cursor', 'nextCursor'],
  ...['createdAt', 'updatedAt', 'completedAt', 'expiresAt', 'overlapHours'],
])
/** Members whose content is the merchant's own, under names of its own: nothing in it is kept but the names. */
const FOREIGN = new Set(['metadata'])

/** Characters of one text that are kept. 300: longer than any id, address of ours or sentence of a problem's first line. */
const TEXT_MAX = 300
/** Characters of a query that are kept. */
const QUERY_MAX = 2_000
/** Characters of a body that are kept. 4,096: an order with twenty items, a page of eight payments. */
export const BODY_MAX = 4_096
/** Characters of a body that is parsed at all. A longer one is not kept: reading it would cost more than it is worth. */
export const READ_MAX = 32 * 1024
/** Members and elements of a body that are looked at; the rest is left out. */
const NODES_MAX = 400
const DEPTH_MAX = 12

/** Also as an address writes them: a key in the path of a request, or in `statusUrl`, has %40 for @. */
const EMAILS = /[^\s@<>"'(),;:/]+(?:@|%40)[^\s@<>"'(),;:/]+\.[^\s@<>"'(),;:/]+/gi
/** Keys of ours and of Stripe, secrets of webhooks, bearer tokens, and signed tokens (JWT). */
const SECRETS =
  /\b(?:[sr]k_(?:test|live)_\w+|whsec_[\w+/=-]+|Bearer\s+\S+|eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?)/gi
/** U+0000 and halves of surrogate pairs cannot be stored; other control characters could confuse a terminal. */
const CONTROLS = /[\p{Cc}\p{Cs}]/gu

/** A text without card numbers, e-mail addresses and secrets, of at most `max` characters. */
export function redactText(text: string, max = TEXT_MAX): string {
  // Cut first, so that a long text costs no more; a number that the cut leaves whole is still found.
  const short = text.length > max ? `${text.slice(0, max)}…` : text
  if (holdsCardNumber(text.slice(0, max + 64))) return CARD
  return short.replaceAll(SECRETS, SECRET).replaceAll(EMAILS, EMAIL).replaceAll(CONTROLS, ' ')
}

/** @returns JSON: the allowed headers that were sent, in the order of the alphabet */
export function redactHeaders(
  of: 'request' | 'answer',
  get: (name: string) => string | null | undefined,
): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of of === 'request' ? REQUEST_HEADERS : ANSWER_HEADERS) {
    const value = get(name)
    if (value) found[name] = redactText(value)
  }
  return found
}

/** Path and query: of the query, the values of names that are kept. A path with a card number is not kept at all. */
export function redactAddress(address: string): { path: string; query: string | null } {
  const [path = '', query] = address.split(/\?(.*)/s)
  const plain = decoded(path)
  const kept = plain === null || holdsCardNumber(plain) ? '[not kept]' : redactText(path)
  if (!query) return { path: kept, query: null }
  const parts = [...new URLSearchParams(query)].slice(0, 20)
  const shown = parts.map(([name, value]) => [
    redactText(name, 40),
    KEPT.has(name) ? redactText(value) : MASKED,
  ])
  return { path: kept, query: new URLSearchParams(shown).toString().slice(0, QUERY_MAX) }
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/** A parsed body as JSON text, at most `BODY_MAX` characters (a cut one ends in `…`). Null: nothing of it may be kept. */
export function redactBody(value: unknown): string | null {
  let nodes = 0
  const of = (inner: unknown, name: string, kept: boolean, depth: number): unknown => {
    nodes += 1
    if (nodes > NODES_MAX || depth > DEPTH_MAX) return '[left out]'
    if (inner === null || typeof inner === 'boolean') return inner
    if (Array.isArray(inner)) return inner.slice(0, NODES_MAX).map((one) => of(one, name, kept, depth + 1))
    if (typeof inner === 'object') {
      const members = Object.entries(inner).slice(0, NODES_MAX)
      return Object.fromEntries(
        members.map(([key, one]) => [
          redactText(key, 64),
          of(one, key, kept && !FOREIGN.has(key), depth + 1),
        ]),
      )
    }
    if (!kept || !KEPT.has(name)) return MASKED
    return typeof inner === 'string' ? redactText(inner) : inner
  }
  const text = JSON.stringify(of(value, '', true, 0))
  // Parts of a number may stand in elements or members of their own.
  if (text === undefined || holdsCardNumber(text)) return null
  return text.length > BODY_MAX ? `${text.slice(0, BODY_MAX - 1)}…` : text
}

/** A body that is JSON text, as `redactBody`. Null for one that is too long to read, or no JSON. */
export function redactJson(text: string): string | null {
  if (text.length > READ_MAX) return null
  try {
    return redactBody(JSON.parse(text))
  } catch {
    return null
  }
}

import type { Problem } from '@payonce/idempotency/problems'
import type { Context, MiddlewareHandler } from 'hono'
import { carriesCardNumber, holdsCardNumber } from '@/lib/card-number'
import { carriesUnstorable, isStorable } from '@/lib/text'
import { problemOfMembers } from './check-json'
import { sendProblem } from './rest/respond'

/** Texts of a request that must not be stored: card numbers, and what no database can hold. Null from each: nothing is wrong. */

export const CARD_NUMBER: Problem = {
  kind: 'card-number',
  detail:
    'A field holds a card number. Send a token such as pm_card_visa instead. The number was not stored.',
}

const UNSTORABLE: Problem = {
  kind: 'validation',
  detail: 'A text holds U+0000 or half of a surrogate pair. Remove that character.',
}

/** 2,000: longer than any text that a person types in, or any address that we send them to. */
const TEXT_MAX = 2_000
/** An operator’s name. 100: the longest that a list shows. */
const NAME_MAX = 100

/** Of a parsed body, or of a procedure's input. */
export function problemOfValue(value: unknown): Problem | null {
  if (carriesCardNumber(value)) return CARD_NUMBER
  return carriesUnstorable(value) ? UNSTORABLE : null
}

/** Printable ASCII that is what it says: no percent-encoding, and no plus for a space. The sieve for nearly all addresses. */
const PLAIN = /^[!-$&-*,-~]*$/
/** 13: a card number has at least so many digits. */
const DIGITS_OF_A_CARD = /(?:\d\D*){13}/

/** Of an address: its path, and its query unless it is a procedure's input, which is looked at as a value. */
export function problemOfAddress(address: string, { withQuery = true } = {}): Problem | null {
  if (PLAIN.test(address) && !DIGITS_OF_A_CARD.test(address)) return null
  const [path = '', query = ''] = address.split('?')
  const words = [path.split('/').map(decoded), withQuery ? query.split(/[&=]/).map(decoded) : []].flat()
  if (words.includes(null))
    return {
      kind: 'validation',
      detail: 'The address is not percent-encoded UTF-8 (RFC 3986).',
    }
  const texts = words as string[]
  if (texts.some((text) => /\p{Cc}/u.test(text) || !isStorable(text)))
    return { kind: 'validation', detail: 'The address holds a control character. Remove it.' }
  return texts.some(holdsCardNumber) ? CARD_NUMBER : null
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return null
  }
}

/**
 * For routes whose library stores what it gets (operators’ names, user agents), and for plain forms: address, user agent and body are
 * looked at before anything else sees them. Answers 400 `validation` or `card-number`.
 */
export const checkText: MiddlewareHandler = async (c, next) => {
  const problem =
    problemOfAddress(addressOf(c)) ??
    problemOfValue(c.req.header('user-agent')) ??
    (c.req.method === 'POST'
      ? problemOfBody(c.req.header('content-type'), await c.req.raw.clone().text())
      : null)
  return problem ? sendProblem(c, problem) : next()
}

/** Path and query as they were sent. */
export function addressOf(c: Context): string {
  return c.req.url.replace(/^[a-z]+:\/\/[^/]*/i, '')
}

function problemOfBody(contentType: string | undefined, text: string): Problem | null {
  if (text === '') return null
  if (/^application\/x-www-form-urlencoded/i.test(contentType ?? ''))
    return problemOfValue([...new URLSearchParams(text)])
  if (!/^application\/json/i.test(contentType ?? '')) return problemOfValue(text)
  try {
    const value: unknown = JSON.parse(text)
    return problemOfMembers(text) ?? problemOfValue(value) ?? problemOfFields(value)
  } catch {
    return { kind: 'validation', detail: 'The body is not valid JSON.' }
  }
}

/** better-auth passes some of these on to the database as they are: an object would be an operator of Prisma. */
const TEXTS = ['name', 'email', 'image', 'password', 'newPassword', 'currentPassword', 'callbackURL', 'token']

function problemOfFields(value: unknown): Problem | null {
  for (const [name, field] of Object.entries(typeof value === 'object' && value !== null ? value : {})) {
    const max = name === 'name' ? NAME_MAX : TEXT_MAX
    if (typeof field === 'string' && field.length > max)
      return { kind: 'validation', detail: `A text is too long: it may have ${max} characters.` }
    if (TEXTS.includes(name) && field !== null && typeof field !== 'string')
      return { kind: 'validation', detail: `${name}: Send a text.` }
  }
  return null
}

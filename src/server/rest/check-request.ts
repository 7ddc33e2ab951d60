import { readKey } from '@payonce/idempotency/http'
import { type Problem, ProblemError } from '@payonce/idempotency/problems'
import type { ApiScope } from '@/access/api-key'
import type { Caller } from '@/access/callers'
import { requestAddress } from '../admission/address'
import type { Admitted } from '../admission/admission'
import { type Quota, quotaHeaders } from '../admission/limits'
import { setHeader } from '../answer-headers'
import { problemOfMedia, problemOfMembers } from '../check-json'
import { problemOfAddress, problemOfValue, addressOf as sentAddressOf } from '../check-text'
import type { Deps } from '../deps'
import { OPERATIONS } from '../operations'
import { DRY_RUN } from './dry-run'
import { type RestContext, scopeOf } from './respond'

/**
 * The checks of every API request, cheapest first, so that nothing malformed reaches the database:
 *
 *     a token is sent ─► the address ─► the key's form ─► the body is JSON, without a card number ─► the token is valid, within its limits ─► the route
 *
 * @returns what must be left when the request has ended
 * @throws ProblemError for the first check that fails
 */
export async function checkRequest(c: RestContext, deps: Deps): Promise<Admitted> {
  const token = bearer(c.req.header('authorization'))
  refuse(problemOfAddress(sentAddressOf(c)))
  if (c.req.method === 'POST') {
    if (!needsNoKey(c)) c.set('key', keyOf(c, deps))
    c.set('firstSent', firstSentOf(c))
    c.set('body', await bodyOf(c))
  } else if (c.req.header('idempotency-key') !== undefined)
    setHeader(c, 'idempotency-key-ignored', `${c.req.method} changes nothing and needs no key`)
  const address = requestAddress(c, deps.env.PAYONCE_TRUSTED_HOPS)
  c.set('address', address)
  const admitted = await deps.admission.admit(token, address, (expected) => readAhead(c, deps, expected))
  c.set('caller', admitted.caller)
  setQuota(c, admitted.quota)
  return admitted
}

/** The quota of the API key, as headers of the answer. */
export function setQuota(c: RestContext, quota: Quota): void {
  for (const [name, value] of Object.entries(quotaHeaders(quota))) setHeader(c, name.toLowerCase(), value)
}

/** The operations that a program requests at an address without an id in it. */
const REQUESTED_AT = new Map(
  Object.values(OPERATIONS).flatMap(({ name, sentBy, resourcePath }) =>
    sentBy === 'program' && resourcePath ? [[resourcePath.slice(0, -1), name] as const] : [],
  ),
)

/** Reads the record of the request while the API key is looked up: one after the other, a replay would take twice as long. */
function readAhead(c: RestContext, { engine }: Deps, { merchantId }: Caller): void {
  const operation = c.req.method === 'POST' && REQUESTED_AT.get(c.req.path)
  if (operation)
    c.set('ahead', engine.readAhead(operation, { scope: scopeOf(merchantId), key: c.get('key') }))
}

/** Refuses a request whose API key lacks the scope, with 403 `forbidden`. */
export function checkScope(c: RestContext, scope: ApiScope): void {
  if (c.get('caller').scopes.includes(scope)) return
  throw new ProblemError({
    kind: 'forbidden',
    detail: `This API key lacks the scope ${scope}.`,
    facts: { requiredScope: scope },
  })
}

function bearer(header: string | undefined): string {
  const token = /^Bearer +(\S+)\s*$/i.exec(header ?? '')?.[1]
  if (!token)
    throw new ProblemError({
      kind: 'unauthorized',
      detail: 'Send an API key in the header: Authorization: Bearer sk_….',
    })
  return token
}

/** A dry run has an effect under no key. One that is sent is checked all the same. */
function needsNoKey(c: RestContext): boolean {
  return c.req.path.startsWith(DRY_RUN) && c.req.header('idempotency-key') === undefined
}

function keyOf(c: RestContext, { env }: Deps): string {
  const read = readKey(c.req.header('idempotency-key'), env.PAYONCE_STRICT_KEYS)
  if ('problem' in read) throw new ProblemError(read.problem)
  refuse(problemOfValue(read.key))
  return read.key
}

/** When the client first sent this request, by its own word (OASIS Repeatable Requests 1.0); null: it does not say. */
function firstSentOf(c: RestContext): Date | null {
  const text = c.req.header('repeatability-first-sent')
  if (text === undefined) return null
  const date = new Date(text)
  if (HTTP_DATE.test(text) && !Number.isNaN(date.getTime())) return date
  throw new ProblemError({
    kind: 'validation',
    detail: 'Send Repeatability-First-Sent as an HTTP date: Fri, 27 Nov 2026 09:30:00 GMT.',
  })
}

/** IMF-fixdate of RFC 9110, section 5.6.7. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

async function bodyOf(c: RestContext): Promise<unknown> {
  refuse(problemOfMedia(c.req.header('content-type'), c.req.header('content-encoding')))
  // A body that breaks off is no JSON either.
  const text = await c.req.text().catch(() => '')
  const body = parsed(text)
  refuse(problemOfMembers(text))
  refuse(problemOfValue(body))
  return body
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ProblemError({ kind: 'validation', detail: 'The body is not valid JSON.' })
  }
}

function refuse(problem: Problem | null): void {
  if (problem) throw new ProblemError(problem)
}

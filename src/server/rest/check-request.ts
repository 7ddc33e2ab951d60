import type { MiddlewareHandler } from 'hono'
import type { ApiScope } from '@/access/api-key'
import type { Caller } from '@/access/callers'
import { readKey } from '@/idempotency/adapters/key-header'
import { type Problem, ProblemError } from '@/idempotency/problems'
import { requestAddress } from '../admission/address'
import { quotaHeaders } from '../admission/limits'
import { problemOfMedia, problemOfMembers } from '../check-json'
import { problemOfAddress, problemOfValue, addressOf as sentAddressOf } from '../check-text'
import type { Deps } from '../deps'
import { OPERATIONS } from '../operations'
import { type RestContext, type RestEnv, scopeOf } from './respond'

/**
 * The checks of every API request, cheapest first, so that nothing malformed reaches the database:
 *
 *     a token is sent ─► the address ─► the key's form ─► the body is JSON, without a card number ─► the token is valid, within its limits ─► the route
 *
 * @throws ProblemError for the first check that fails
 */
export function checkRequest(deps: Deps): MiddlewareHandler<RestEnv> {
  return async (c, next) => {
    const token = bearer(c.req.header('authorization'))
    refuse(problemOfAddress(sentAddressOf(c)))
    if (c.req.method === 'POST') {
      c.set('key', keyOf(c))
      await checkBody(c)
    }
    const address = requestAddress(c, deps.env.PAYONCE_TRUSTED_HOPS)
    c.set('address', address)
    const { caller, quota, leave } = await deps.admission.admit(token, address, (expected) =>
      readAhead(c, deps, expected),
    )
    c.set('caller', caller)
    for (const [name, value] of Object.entries(quotaHeaders(quota))) c.header(name, value)
    try {
      await next()
    } finally {
      leave()
    }
  }
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
export function requireScope(scope: ApiScope): MiddlewareHandler<RestEnv> {
  return async (c, next) => {
    if (!c.get('caller').scopes.includes(scope))
      throw new ProblemError({
        kind: 'forbidden',
        detail: `This API key lacks the scope ${scope}.`,
        facts: { requiredScope: scope },
      })
    return next()
  }
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

function keyOf(c: RestContext): string {
  const read = readKey(c.req.header('idempotency-key'))
  if ('problem' in read) throw new ProblemError(read.problem)
  refuse(problemOfValue(read.key))
  return read.key
}

async function checkBody(c: RestContext): Promise<void> {
  refuse(problemOfMedia(c.req.header('content-type'), c.req.header('content-encoding')))
  const text = await c.req.text()
  const body: unknown = await c.req.json().catch(() => {
    throw new ProblemError({ kind: 'validation', detail: 'The body is not valid JSON.' })
  })
  refuse(problemOfMembers(text))
  refuse(problemOfValue(body))
}

function refuse(problem: Problem | null): void {
  if (problem) throw new ProblemError(problem)
}

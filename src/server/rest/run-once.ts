import type { Operation } from '@payonce/idempotency'
import { waitPreferred } from '@payonce/idempotency/http'
import type { Problem } from '@payonce/idempotency/problems'
import type { SqlForm } from '@payonce/idempotency/sql'
import type { TypedResponse } from 'hono'
import { httpAnswer } from '@/idempotency/adapters/http'
import type { Actor } from '@/lib/actor'
import { keyActor } from '../actor'
import { setHeader } from '../answer-headers'
import type { Deps } from '../deps'
import type { LoggedRun } from '../request-log/logged-request'
import { type RestContext, scopeOf, send } from './respond'

/**
 * A stored answer, sent byte for byte. zod-openapi demands the type of the body behind each status, which a
 * stored text does not have: typed `any`, it fits every route, and `document.db.test.ts` compares what is
 * sent with what the document promises.
 */
// biome-ignore lint/suspicious/noExplicitAny: see above
type StoredResponse = TypedResponse<any, any, 'json'>

/**
 * Runs the operation once for the key of this request, and answers with the stored text.
 * @param path where the created resource is read, without its id: for `Location`
 * @throws StoreUnavailable when the record cannot be read or claimed: then nothing was asked of the bank
 */
export async function runOnce<Input extends { by?: Actor | undefined }, Begun, Effect>(
  c: RestContext,
  deps: Deps,
  operation: Operation<Input, Begun, Effect, SqlForm>,
  input: Omit<Input, 'by'>,
  path: string,
): Promise<StoredResponse> {
  const [caller, key, requestId] = [c.get('caller'), c.get('key'), c.get('requestId')]
  const by = keyActor({ caller, address: c.get('address'), requestId })
  const wait = waitPreferred(c.req.header('prefer'))
  const scope = scopeOf(caller.merchantId)
  const run: LoggedRun = { operation: operation.name, outcome: 'rejected', scope }
  c.set('run', run)
  const reply = await deps.engine.run(operation, {
    scope,
    key,
    input: { ...input, by } as Input,
    waitMs: (wait ?? 0) * 1_000,
    notNow: () => tooOld(c.get('firstSent')),
    readAhead: c.get('ahead'),
    source: 'api',
    requestId,
    by,
  })
  if (reply.kind === 'answer') run.outcome = reply.outcome
  if (wait !== null) setHeader(c, 'preference-applied', `wait=${wait}`)
  const statusUrl = `/api/v1/idempotency/${operation.name}/${encodeURIComponent(key)}`
  const location = (body: string) => `${path}/${(JSON.parse(body) as { id: string }).id}`
  return send(c, httpAnswer(reply, { statusUrl, location })) as Response & StoredResponse
}

/**
 * 30 days, for which stored answers are kept (`expires_at` of a record). A tombstone stays after that; a database that was restored, or a key
 * that was never begun, knows nothing.
 */
export const REMEMBERED_MS = 30 * 24 * 3_600_000

/** Refuses to begin what was first sent before the time that is remembered: an earlier try may have taken effect. */
export function tooOld(firstSent: Date | null): Problem | null {
  if (firstSent === null || Date.now() - firstSent.getTime() <= REMEMBERED_MS) return null
  return {
    kind: 'sent-too-long-ago',
    detail: `Nothing is stored under this key, and the request was first sent on ${firstSent.toISOString()}, more than 30 days ago. Nothing was executed. Look up what the first try did; then send a new request under a new key, if it is still wanted.`,
  }
}

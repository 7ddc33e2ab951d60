import { httpAnswer, waitPreferred } from '@/idempotency/adapters/http'
import type { Operation } from '@/idempotency/core/operation'
import type { SqlForm } from '@/idempotency/stores/sql'
import type { Deps } from '../deps'
import { type RestContext, send } from './respond'

/**
 * All API keys of a merchant are one owner of idempotency keys: whoever replaces an API key between a request and its retry must not
 * pay twice. Test and live are apart, since no merchant is both.
 */
const ACTOR = 'api'

/**
 * Does an operation once for the key of this request, and answers. To the compiler it gives nothing: a stored text has no type, and a test
 * compares every answer with the document instead.
 */
export async function runOnce<Input extends object, Begun, Effect>(
  c: RestContext,
  deps: Deps,
  operation: Operation<Input, Begun, Effect, SqlForm>,
  input: Input,
  path: string,
): Promise<never> {
  const { caller, key, requestId } = c.var
  const wait = waitPreferred(c.req.header('prefer'))
  const scope = scopeOf(caller.merchantId)
  const reply = await deps.engine.run(operation, {
    scope,
    key,
    input,
    waitMs: (wait ?? 0) * 1_000,
    source: 'api',
    requestId,
  })
  if (wait !== null) c.header('Preference-Applied', `wait=${wait}`)
  const statusUrl = `/api/v1/idempotency/${operation.name}/${encodeURIComponent(key)}`
  const location = (body: string) => `${path}/${(JSON.parse(body) as { id: string }).id}`
  return send(c, httpAnswer(reply, { statusUrl, location })) as never
}

export function scopeOf(merchantId: string) {
  return { merchantId, actor: ACTOR }
}

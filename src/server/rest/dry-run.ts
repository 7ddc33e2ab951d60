import type { Foresight, Operation } from '@payonce/idempotency'
import type { SqlForm } from '@payonce/idempotency/sql'
import { uuidv7 } from '@/lib/id'
import type { WouldDo } from '@/payments/would-do'
import { readOnly } from '@/platform/db'
import type { Deps } from '../deps'
import { type ForeseeDeps, OPERATIONS, type ProgramOperation } from '../operations'
import { showReplay, showWouldDo } from '../wire/dry-run-shapes'
import { type RestContext, scopeOf, sendProblem } from './respond'
import { tooOld } from './run-once'

/**
 * Where the addresses of dry runs begin. A path, and no header or parameter: whatever is lost on the way, or not known to an older server, must
 * never make the request real (decision 0086).
 */
export const DRY_RUN = '/api/v1/dry-run/'

/**
 * Answers what the request would do now. All that is asked of the database is asked in a transaction that cannot write.
 * @throws StoreUnavailable when the database cannot be read
 */
export async function dryRun(
  c: RestContext,
  deps: Deps,
  id: ProgramOperation,
  input: object,
): Promise<Response> {
  const { name, foresee } = OPERATIONS[id]
  const operation = deps.operations[id] as Operation<object, object, object, SqlForm>
  const { gateway, env } = deps
  // Without a key a new one is meant: nothing is stored under it.
  const key: string = c.get('key') ?? uuidv7()
  const request = {
    scope: scopeOf(c.get('caller').merchantId),
    key,
    input,
    notNow: () => tooOld(c.get('firstSent')),
    source: 'api',
    requestId: c.get('requestId'),
  }
  const look = (by: ForeseeDeps) => (foresee as Foresee)(by, input)
  const seen = await deps.engine.foresee(operation, request, () =>
    readOnly(deps.db, async (db) => look({ db, gateway, baseUrl: env.baseUrl })),
  )
  if ('would' in seen) return c.json(showWouldDo(name, seen.would))
  const { reply } = seen
  if (reply.kind === 'answer') return c.json(showReplay(name, reply.answer))
  return sendProblem(c, reply.problem)
}

type Foresee = (deps: ForeseeDeps, input: object) => Foresight<WouldDo> | Promise<Foresight<WouldDo>>

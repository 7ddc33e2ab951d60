import type { Context } from 'hono'
import type { z } from 'zod'
import { asReader, mayActAs, operatorOf, type Role } from '@/access/operator'
import { uuidv7 } from '@/lib/id'
import { auditNow } from '@/platform/audit'
import { operatorActor } from '../actor'
import { requestAddress } from '../admission/address'
import type { Deps } from '../deps'
import { FACTOR_NEEDED, mustAddFactor } from '../factor-rule'
import { validationProblem } from '../problem-of'
import { sendProblem } from '../rest/respond'
import { FilePlaces } from './file-places'
import { streamOf } from './stream'

/**
 * Who may take files out: whoever serves shoppers. A viewer reads page by page; a file is everything at once, customers' addresses included,
 * and nobody can take it back.
 */
const NEEDED: Role = 'support'

/** Files that one process writes at once. 2: each asks for one page after another, and the dashboard has three connections. */
const FILES_MAX = 2
const PLACES = new FilePlaces(FILES_MAX)

/** A file to send: its name, its media type and its text or bytes, piece by piece. */
export interface ExportedFile {
  name: string
  type: string
  pieces: AsyncIterable<string | Uint8Array>
}

/** An operator of a merchant who takes a file out, for the parts that read it. */
export interface Taking {
  deps: Deps
  merchantId: string
}

/**
 * The handler of a file: who may have it, what they ask for, the entry in the audit log, and the stream. The entry is written before the first
 * byte leaves.
 * @param what name of the file in the audit log, its subject
 * @param make reads what the file needs at once; it throws `ProblemError` for what is not there
 */
export function exportRoute<Query>(
  deps: Deps,
  what: string,
  query: z.ZodType<Query>,
  make: (taking: Taking, query: Query) => Promise<ExportedFile> | ExportedFile,
) {
  return async (c: Context) => {
    const own = await operatorOf(deps, c.req.raw.headers)
    const operator = own && asReader(own)
    if (!operator) return sendProblem(c, { kind: 'unauthorized', detail: 'Sign in first.' })
    if (mustAddFactor(deps.env, operator)) return sendProblem(c, FACTOR_NEEDED)
    if (!mayActAs(operator.role, NEEDED)) {
      const detail = `Your role is ${operator.role}; files need the role ${NEEDED}. Ask an admin of your company.`
      return sendProblem(c, { kind: 'forbidden', detail })
    }
    const asked = query.safeParse(c.req.query())
    if (!asked.success) return sendProblem(c, validationProblem(asked.error))
    const file = await make({ deps, merchantId: operator.merchantId }, asked.data)
    c.header('Content-Type', file.type)
    c.header('Content-Disposition', `attachment; filename="${file.name}"`)
    // The answer to HEAD has no body, so nothing would free its place.
    if (c.req.raw.method === 'HEAD') return c.body(null)
    const free = PLACES.take()
    if (!free) {
      const detail = 'Two files are being written already. Try again when one of them has ended.'
      return sendProblem(c, { kind: 'rate-limited', detail, retryAfterSeconds: 10 })
    }
    const requestId = uuidv7()
    const address = requestAddress(c, deps.env.PAYONCE_TRUSTED_HOPS)
    try {
      await auditNow(deps.db, {
        merchantId: operator.merchantId,
        id: uuidv7(),
        by: operatorActor({ address, requestId, operator }),
        action: 'file.exported',
        subject: what,
        detail: detailOf(c.req.query()),
      })
    } catch (error) {
      free()
      throw error
    }
    const failed = (err: unknown) =>
      deps.log.error({ err, what, requestId }, 'a file was broken off; its reader saw the connection end')
    return c.body(streamOf(file.pieces, { ended: free, failed }))
  }
}

/** The filter as it was sent: `currency=EUR first=2026-11-01`. */
function detailOf(query: Record<string, string>): string {
  return Object.entries(query)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}

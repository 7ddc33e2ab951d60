import { Hono } from 'hono'
import { asReader, mayActAs, operatorOf, type Role } from '@/access/operator'
import { isOverloaded, OVERLOADED } from '../admission/load-shedding'
import type { Deps } from '../deps'
import { FACTOR_NEEDED, mustAddFactor } from '../factor-rule'
import { sendProblem } from '../rest/respond'

/** As the procedures of the pages that are read again after a hint. */
const NEEDED: Role = 'viewer'

/**
 * `GET /api/live`: a stream of hints for the dashboard's pages (Server-Sent Events). A hint names what may have changed, and nothing of it: a
 * page then asks its own procedure, with the rights that its operator has at that moment.
 */
export function liveRoute(deps: Deps) {
  return new Hono().get('/', async (c) => {
    if (isOverloaded(deps.pool)) return sendProblem(c, OVERLOADED)
    const own = await operatorOf(deps, c.req.raw.headers)
    const operator = own && asReader(own)
    if (!operator) return sendProblem(c, { kind: 'unauthorized', detail: 'Sign in first.' })
    if (mustAddFactor(deps.env, operator)) return sendProblem(c, FACTOR_NEEDED)
    if (!mayActAs(operator.role, NEEDED)) {
      const detail = `Your role is ${operator.role}; this needs the role ${NEEDED}. Ask an admin of your company.`
      return sendProblem(c, { kind: 'forbidden', detail })
    }
    c.header('Content-Type', 'text/event-stream')
    // A proxy that compresses or collects would hold a hint back until the next one; the second line is nginx's own word for that.
    c.header('Cache-Control', 'no-store, no-transform')
    c.header('X-Accel-Buffering', 'no')
    // The answer to HEAD has no body, so nothing would ever end it.
    if (c.req.raw.method === 'HEAD') return c.body(null)
    const stream = deps.live.open(operator)
    if (stream === 'full') {
      const detail = 'Too many streams are open. Pages ask every 10 seconds meanwhile.'
      return sendProblem(c, { kind: 'rate-limited', detail, retryAfterSeconds: 30 })
    }
    if (stream === 'closed')
      return sendProblem(c, {
        kind: 'unavailable',
        detail: 'The server is stopping.',
        retryAfterSeconds: 2,
      })
    return c.body(stream)
  })
}

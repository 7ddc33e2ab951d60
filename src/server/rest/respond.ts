import type { ReadAhead } from '@payonce/idempotency'
import type { Problem } from '@payonce/idempotency/problems'
import type { Context } from 'hono'
import type { Caller } from '@/access/callers'
import type { HttpAnswer } from '@/idempotency/adapters/http'
import { httpProblem } from '@/idempotency/adapters/http'
import { answerWith } from '../answer-headers'
import type { LoggedRun } from '../request-log/logged-request'

/** Facts about a request that the steps before its route have established. */
export interface RestEnv {
  Bindings: { incoming?: { socket?: { remoteAddress?: string } } }
  Variables: {
    requestId: string
    /** See `requestAddress`. */
    address: string
    caller: Caller
    /** The idempotency key, what goes with it, and the body as it was parsed; set for POST only. A dry run may have no key. */
    key: string
    /** When the request says that it was first sent; null: it does not say. */
    firstSent: Date | null
    body: unknown
    /** A read of the record of that key, begun while the caller was not yet known; not set by every request. */
    ahead: ReadAhead | undefined
    /** For the log of requests. */
    run: LoggedRun | undefined
  }
}

/**
 * All API keys of a merchant share its idempotency keys: a client whose API key is replaced between a request
 * and its retry must not pay twice. Test and live stay apart, since no merchant is both.
 */
const ACTOR = 'api'

export function scopeOf(merchantId: string) {
  return { merchantId, actor: ACTOR }
}

export type RestContext = Context<RestEnv>

/** Sends an answer of the HTTP adapter as it is. */
export function send(c: Context, answer: HttpAnswer): Response {
  return answerWith(c, answer)
}

/** Sends a problem as RFC 9457 `application/problem+json`. */
export function sendProblem(c: Context, problem: Problem): Response {
  return send(c, httpProblem(problem))
}

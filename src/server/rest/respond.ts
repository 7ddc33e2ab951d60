import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Caller } from '@/access/callers'
import type { HttpAnswer } from '@/idempotency/adapters/http'
import { httpProblem } from '@/idempotency/adapters/http'
import type { Problem } from '@/idempotency/problems'

/** What the steps before a route have found out. */
export interface RestEnv {
  Bindings: { incoming?: { socket?: { remoteAddress?: string } } }
  Variables: {
    requestId: string
    caller: Caller
    /** The idempotency key; of a POST only. */
    key: string
  }
}

export type RestContext = Context<RestEnv>

/** Sends what the door says, as it is. */
export function send(c: Context, { status, headers, body }: HttpAnswer): Response {
  return c.body(body, status as ContentfulStatusCode, headers)
}

export function sendProblem(c: Context, problem: Problem): Response {
  return send(c, httpProblem(problem))
}

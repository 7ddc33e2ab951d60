import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { sendProblem } from './rest/respond'

/** Refuses a body of more than `maxBytes` with 413 `too-large`, whether it states its length or not. */
export function limitBody(maxBytes: number): MiddlewareHandler {
  return bodyLimit({
    maxSize: maxBytes,
    onError: (c) => sendProblem(c, { kind: 'too-large', detail: `A body may have ${maxBytes} bytes.` }),
  })
}

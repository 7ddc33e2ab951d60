import { type Context, Hono } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { z } from 'zod'
import type { SimulatedBank } from './bank'
import {
  askForDispute,
  askForKey,
  askToCancel,
  askToCapture,
  askToCharge,
  askToRefund,
  askToRelease,
} from './gateway'
import { BankFault } from './types'
import {
  authorisationRequest,
  cancelRequest,
  captureRequest,
  challengeAnswer,
  chargeRequest,
  chargesQuery,
  refundRequest,
  written,
} from './wire'

/** Time for which a silent bank keeps a connection open. 60 s: longer than any client waits. */
const SILENCE_MS = 60_000

/** The simulated bank over HTTP. An unknown key is an answer (200), so that a wrong address (404) is never taken for one. */
export function bankApp(bank: SimulatedBank): Hono {
  const app = new Hono()
  app.post('/charges', async (c) => {
    const { method: token, ...request } = parsed(chargeRequest, await c.req.json())
    return respond(c, { key: request.key, outcome: await askToCharge(bank, { ...request, token }) })
  })
  app.post('/cancellations', async (c) => {
    const request = parsed(cancelRequest, await c.req.json())
    return respond(c, { key: request.key, outcome: await askToCancel(bank, request) })
  })
  app.post('/refunds', async (c) => {
    const request = parsed(refundRequest, await c.req.json())
    return respond(c, { key: request.key, outcome: await askToRefund(bank, request) })
  })
  app.post('/captures', async (c) => {
    const request = parsed(captureRequest, await c.req.json())
    return respond(c, { key: request.key, outcome: await askToCapture(bank, request) })
  })
  app.post('/releases', async (c) => {
    const request = parsed(authorisationRequest, await c.req.json())
    return respond(c, { key: request.key, outcome: await askToRelease(bank, request) })
  })
  app.get('/charges', async (c) => {
    const { charges, next } = await bank.charges(parsed(chargesQuery, c.req.query()))
    return respond(c, { charges, next })
  })
  app.get('/movements', async (c) => {
    const { movements, next } = await bank.movements(parsed(chargesQuery, c.req.query()))
    return respond(c, { movements, next })
  })
  app.get('/disputes/:ref', async (c) => {
    const ref = c.req.param('ref')
    return respond(c, { ref, found: await askForDispute(bank, ref) })
  })
  app.get('/keys/:key', async (c) =>
    respond(c, { key: c.req.param('key'), outcome: await askForKey(bank, c.req.param('key')) }),
  )
  app.post('/challenges/:id', async (c) => {
    const { passed } = parsed(challengeAnswer, await c.req.json())
    return respond(c, { answered: await bank.answerChallenge(c.req.param('id'), passed) })
  })
  app.onError((error, c) => failed(error, c))
  return app
}

/** Sends nothing, as a silent bank; ends when the client goes, or after a minute. */
export function silence(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, SILENCE_MS)
    timer.unref()
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

async function failed(error: Error, c: Context): Promise<Response> {
  if (error instanceof NotUnderstood || error instanceof SyntaxError)
    return respond(c, { error: error.message }, 400)
  if (!(error instanceof BankFault)) return respond(c, { error: 'the bank failed' }, 500)
  if (error.kind === 'key-reused') return respond(c, { error: error.message }, 409)
  if (error.kind === 'silence') await silence(c.req.raw.signal)
  return respond(c, { error: error.message }, 500)
}

class NotUnderstood extends Error {}

function parsed<T extends z.ZodType>(shape: T, input: unknown): z.infer<T> {
  const result = shape.safeParse(input)
  if (result.success) return result.data
  throw new NotUnderstood(
    result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
  )
}

function respond(c: Context, answer: object, status: ContentfulStatusCode = 200): Response {
  return c.body(written(answer), status, { 'Content-Type': 'application/json' })
}

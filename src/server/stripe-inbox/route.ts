import { StoreUnavailable } from '@payonce/idempotency'
import type { Problem } from '@payonce/idempotency/problems'
import { Hono } from 'hono'
import type { InboxAccounts } from '@/payments/stripe/inbox/account'
import { receivedEvent } from '@/payments/stripe/inbox/event'
import type { Receiver } from '@/payments/stripe/inbox/receive'
import { refusalOfHeader, verifyEvent } from '@/payments/stripe/inbox/verify'
import type { Log } from '@/platform/log'
import { logSecurityEvent } from '@/platform/security-event'
import type { Metrics } from '@/platform/telemetry'
import { setHeader } from '../answer-headers'
import { limitBody } from '../limit-body'
import { sendProblem } from '../rest/respond'

/** Where Stripe sends events; the last part is our name of the account. */
export const STRIPE_WEBHOOKS = '/api/webhooks/stripe/'

/**
 * Events under way at a time in one process: those beyond are answered 503 before their bodies are read, and Stripe sends them again. 512: more
 * than come in the 100 ms that each takes on a busy machine, at 3,000 a second, and what they hold in memory and in turns of the event loop is
 * bounded, whatever comes.
 */
const UNDER_WAY_MAX = 512
/** 1 MiB: Stripe's largest events have some hundred kilobytes. */
const BODY_MAX_BYTES = 1024 * 1024

export interface StripeWebhookDeps {
  accounts: InboxAccounts
  receiver: Pick<Receiver, 'keep'>
  log: Log
  metrics: Metrics
  /** In ms since 1970. */
  now?: () => number
}

/**
 * Takes events of Stripe. Nothing is stored before the signature is right, and nobody is asked: 200 means that the event is kept, and a worker
 * does the rest. What cannot be kept now is answered 503, and Stripe sends it again for three days.
 */
export function stripeWebhooks(deps: StripeWebhookDeps) {
  const { accounts, receiver, log, metrics, now = Date.now } = deps
  const app = new Hono()
  const path = `${STRIPE_WEBHOOKS}:account`
  let underWay = 0
  app.use(path, async (c, next) => {
    if (underWay >= UNDER_WAY_MAX) return sendProblem(c, BUSY)
    underWay += 1
    await next().finally(() => {
      underWay -= 1
    })
  })
  app.post(path, limitBody(BODY_MAX_BYTES), async (c) => {
    const name = c.req.param('account')
    const report = (event: 'webhook.refused' | 'webhook.foreign', reason: string) =>
      logSecurityEvent(deps, event, { path: c.req.path, account: name, reason })
    const header = c.req.header('stripe-signature')
    // Before the body is read and the account is looked up: a stranger costs as little as can be.
    const early = refusalOfHeader(header, now())
    if (early !== null) {
      report('webhook.refused', early)
      return sendProblem(c, refused(early))
    }
    const account = await accounts.find(name)
    if (!account) return sendProblem(c, { kind: 'not-found', detail: 'There is no such account here.' })
    const verified = verifyEvent(account, { body: Buffer.from(await c.req.arrayBuffer()), header }, now())
    if (verified.kind !== 'event') {
      report(verified.kind === 'foreign' ? 'webhook.foreign' : 'webhook.refused', verified.reason)
      if (verified.kind === 'foreign') metrics.alerts.inc({ operation: 'stripe-webhooks' })
      return sendProblem(c, refused(verified.reason))
    }
    try {
      await receiver.keep(receivedEvent(account.name, verified.event, 'webhook'))
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error
      log.warn({ err: error, account: name }, 'an event of Stripe was not kept: it will be sent again')
      return sendProblem(c, AWAY)
    }
    return c.body(null, 200)
  })
  app.all(path, (c) => {
    setHeader(c, 'allow', 'POST')
    return sendProblem(c, { kind: 'method-not-allowed', detail: 'Use POST.' })
  })
  return app
}

function refused(detail: string): Problem {
  return { kind: 'validation', detail: `${detail} Nothing was stored.` }
}

const BUSY: Problem = {
  kind: 'unavailable',
  detail: 'Too many events are being taken. Nothing was stored; send the event again.',
  retryAfterSeconds: 5,
}

const AWAY: Problem = {
  kind: 'unavailable',
  detail: 'The event cannot be stored now. Send it again.',
  retryAfterSeconds: 5,
}

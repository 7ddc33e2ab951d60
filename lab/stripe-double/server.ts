import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import type Stripe from 'stripe'
import { Account } from './account'
import { expanded } from './expand'
import { IdempotencyKeys } from './idempotency'
import { newId } from './objects'
import { listed } from './pages'
import { mapOf, PARAMS, type Params, readParams, textOf, wholeOf } from './params'
import { notFound, StripeProblem } from './problem'

export interface StripeDouble {
  app: Hono
  account: Account
  /** Forgets the answers that are kept under idempotency keys. */
  forgetKeys(): void
  /** Time for which search does not know a new intent, in ms. */
  searchLagMs: number
  /** Refuses that many of the next requests with 429. */
  refuse(requests: number): void
  /** Answers the next request of that path (a part of it) with 500 before it is carried out; the 500 is kept under its key. */
  failNext(path: string): void
  /** Requests so far, as `POST /v1/payment_intents`. */
  requests: string[]
  /** The secret key of each of these requests. */
  keys: string[]
}

export interface RunningDouble extends StripeDouble {
  url: string
  close(): Promise<void>
}

type Handler = (params: Params, id: string) => object | Promise<object>

/**
 * A double of Stripe's API for tests and trials: what Stripe's documentation says of the requests that we send, kept in memory. It proves
 * nothing about Stripe itself. Faults of the network do not belong here: they are in the proxy before it, so that the same tests can run
 * against Stripe's own test mode.
 */
export function stripeDouble(pageUrl: (intentId: string) => string): StripeDouble {
  const app = new Hono()
  const account = new Account(pageUrl)
  const keys = new IdempotencyKeys()
  let refusals = 0
  let failing: string | null = null
  const double: StripeDouble = {
    app,
    account,
    forgetKeys: () => keys.forget(),
    searchLagMs: 0,
    refuse: (requests) => {
      refusals = requests
    },
    failNext: (path) => {
      failing = path
    },
    requests: [],
    keys: [],
  }

  /** The problems that come before any request is carried out; none of them is kept under its key. */
  const admit = (authorization: string | undefined) => {
    if (!/^Bearer [rs]k_test_\w+$/.test(authorization ?? ''))
      throw new StripeProblem(401, { type: 'invalid_request_error', message: 'Invalid API Key provided' })
    if (refusals > 0) {
      refusals--
      throw new StripeProblem(429, {
        type: 'invalid_request_error',
        code: 'rate_limit',
        message: 'Too many requests',
      })
    }
  }

  const route = (method: 'GET' | 'POST', path: string, names: ReadonlySet<string>, handler: Handler) =>
    app.on(method, path, async (c) => {
      const id = c.req.param('id') ?? ''
      const form = method === 'POST' ? await c.req.text() : new URL(c.req.url).search.slice(1)
      double.requests.push(`${method} ${c.req.path}`)
      double.keys.push((c.req.header('Authorization') ?? '').replace('Bearer ', ''))
      const execute = async () => {
        try {
          if (failing !== null && c.req.path.includes(failing)) {
            failing = null
            throw new StripeProblem(500, { type: 'api_error', message: 'An unknown error occurred' }, true)
          }
          const params = readParams(new URLSearchParams(form), names)
          const body = expanded(account, await handler(params, id), Object.values(mapOf(params, 'expand')))
          return { status: 200, body: JSON.stringify(body), saved: true }
        } catch (error) {
          if (!(error instanceof StripeProblem)) throw error
          return { status: error.status, body: JSON.stringify({ error: error.error }), saved: error.saved }
        }
      }
      const headers = { 'Content-Type': 'application/json', 'Request-Id': newId('req') }
      try {
        admit(c.req.header('Authorization'))
        const key = method === 'POST' ? c.req.header('Idempotency-Key') : undefined
        const answer = await keys.run(key, `${method} ${c.req.path}\n${form}`, execute)
        const replayed = answer.replayed ? { 'Idempotent-Replayed': 'true' } : {}
        return c.body(answer.body, answer.status as 200, { ...headers, ...replayed })
      } catch (error) {
        if (!(error instanceof StripeProblem)) throw error
        return c.body(JSON.stringify({ error: error.error }), error.status, headers)
      }
    })

  route('POST', '/v1/payment_intents', PARAMS.createIntent, (params) => {
    const amount = wholeOf(params, 'amount')
    const currency = textOf(params, 'currency') ?? ''
    if (!/^[a-z]{3}$/.test(currency))
      throw new StripeProblem(400, {
        type: 'invalid_request_error',
        param: 'currency',
        message: 'Invalid currency',
      })
    if (amount > 99_999_999 || amount < 1)
      throw new StripeProblem(400, {
        type: 'invalid_request_error',
        code: amount < 1 ? 'amount_too_small' : 'amount_too_large',
        param: 'amount',
        message: 'Invalid amount',
      })
    const made = account.createIntent({ amount, currency, metadata: mapOf(params, 'metadata') })
    made.capture_method = captureMethodOf(params) ?? 'automatic'
    return made
  })
  route('GET', '/v1/payment_intents', PARAMS.listIntents, (params) => listed(account.intents, params))
  route('GET', '/v1/payment_intents/search', PARAMS.searchIntents, (params) => {
    const [, name = '', value] = /^metadata\['(\w+)'\]:'([^']*)'$/.exec(textOf(params, 'query') ?? '') ?? []
    const known = account.seconds() - double.searchLagMs / 1_000
    const data = account.intents.filter((one) => one.metadata[name] === value && one.created <= known)
    return {
      object: 'search_result',
      data,
      has_more: false,
      next_page: null,
      url: '/v1/payment_intents/search',
    }
  })
  route('GET', '/v1/payment_intents/:id', PARAMS.retrieveIntent, (_, id) => account.intent(id))
  route('POST', '/v1/payment_intents/:id/confirm', PARAMS.confirmIntent, (params, id) =>
    account.confirm(
      id,
      textOf(params, 'payment_method'),
      textOf(params, 'return_url'),
      captureMethodOf(params),
    ),
  )
  route('POST', '/v1/payment_intents/:id/capture', PARAMS.captureIntent, (params, id) =>
    account.capture(id, 'amount_to_capture' in params ? wholeOf(params, 'amount_to_capture') : undefined),
  )
  route('POST', '/v1/payment_intents/:id/cancel', PARAMS.cancelIntent, (_, id) => account.cancel(id))
  route('GET', '/v1/charges', PARAMS.listCharges, (params) => {
    const of = textOf(params, 'payment_intent')
    return listed(
      account.charges.filter((one) => of === undefined || one.payment_intent === of),
      params,
    )
  })
  route('GET', '/v1/charges/:id', PARAMS.retrieveCharge, (_, id) => account.charge(id))
  route('POST', '/v1/refunds', PARAMS.createRefund, (params) =>
    account.refund(textOf(params, 'charge') ?? '', wholeOf(params, 'amount'), mapOf(params, 'metadata')),
  )
  route('GET', '/v1/refunds', PARAMS.listRefunds, (params) => {
    const of = textOf(params, 'charge')
    return listed(
      account.refunds.filter((one) => of === undefined || one.charge === of),
      params,
    )
  })
  route('GET', '/v1/refunds/:id', PARAMS.retrieveRefund, (_, id) => {
    const found = account.refunds.find((one) => one.id === id)
    if (!found)
      throw new StripeProblem(404, { type: 'invalid_request_error', code: 'resource_missing', message: id })
    return found
  })
  route('GET', '/v1/disputes/:id', PARAMS.retrieveDispute, (_, id) => {
    const found = account.disputes.find((one) => one.id === id)
    if (!found) throw notFound('dispute', id)
    return found
  })
  route('GET', '/v1/balance_transactions', PARAMS.listBalances, (params) => listed(account.balances, params))

  route('GET', '/v1/events', PARAMS.listEvents, (params) => account.events.list(params))
  route('GET', '/v1/events/:id', PARAMS.retrieveEvent, (_, id) => account.events.find(id))

  app.get('/3ds/:id', (c) => c.html(page(account.intent(c.req.param('id')).id)))
  app.post('/3ds/:id', async (c) => {
    const id = c.req.param('id')
    const back = account.intent(id).next_action?.redirect_to_url?.return_url
    const { answer } = await c.req.parseBody()
    const passed = await account.answerChallenge(id, answer === 'pass')
    if (!back) return c.text(passed ? 'Done.' : 'This payment is not waiting for you.', passed ? 200 : 409)
    const to = new URL(back)
    to.searchParams.set('payment_intent', id)
    to.searchParams.set('redirect_status', answer === 'pass' ? 'succeeded' : 'failed')
    return c.redirect(to.href, 303)
  })
  return double
}

/** Undefined: the request leaves it as it is. @throws StripeProblem for one that Stripe does not have */
function captureMethodOf(params: Params): Stripe.PaymentIntent.CaptureMethod | undefined {
  const method = textOf(params, 'capture_method')
  if (method === undefined || method === 'automatic' || method === 'automatic_async' || method === 'manual')
    return method
  const message = 'Invalid capture_method: must be one of automatic, automatic_async, or manual'
  throw new StripeProblem(400, { type: 'invalid_request_error', param: 'capture_method', message })
}

/** The double as a server on this machine. */
export async function startStripeDouble(port = 0): Promise<RunningDouble> {
  let url = ''
  const double = stripeDouble((id) => `${url}/3ds/${id}`)
  const server = http.createServer(getRequestListener(double.app.fetch))
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return Object.assign(double, {
    url,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  })
}

function page(id: string): string {
  return `<!doctype html><title>3-D Secure</title><h1>Test bank</h1><p>${id}</p>
<form method="post"><button name="answer" value="pass">Pass</button> <button name="answer" value="fail">Fail</button></form>`
}

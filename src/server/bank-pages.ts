import { Hono } from 'hono'
import { html } from 'hono/html'
import { recheckPayment } from '@/checkout/recheck'
import { uuidv7 } from '@/lib/id'
import { challengeUrl } from '@/payments/simulator/gateway'
import { requestAddress } from './admission/address'
import type { Deps } from './deps'
import type { Sandbox } from './gateways'
import { ownPagesOnly } from './origin'

/** A checkout of ours: the only place that the bank's page leads back to. */
const RETURN = /^\/checkout\/ord_[0-9a-f]{32}(\?from=bank|\?attempt=[\w.~%+-]{1,765})?$/

/** The simulated bank's own page, at which a shopper confirms a payment, as with 3-D Secure. Exists where that bank does: in the sandbox. */
export function bankPages(deps: Deps, { challenges }: Sandbox) {
  const { db, engine, env, operations } = deps
  const payments = { db, engine, operations: Object.values(operations) }
  const app = new Hono()
  // A challenge's id is guessed or answered by anybody, as at the checkout.
  app.use('/challenges/:id', async (c, next) => {
    deps.shopperLimits.call({ address: requestAddress(c, env.PAYONCE_TRUSTED_HOPS), guest: null })
    await next()
  })
  app.get('/challenges/:id', (c) => c.html(challengePage(safeReturn(c.req.query('return')))))
  app.post('/challenges/:id', ownPagesOnly(['application/x-www-form-urlencoded'], env.baseUrl), async (c) => {
    const form = await c.req.parseBody()
    const challengeId = c.req.param('id')
    await challenges.answerChallenge(challengeId, form.answer === 'confirm')
    // The shopper comes back to an answer rather than to a wait for the resolver's next turn. If this fails, that turn still comes.
    await recheckPayment(payments, challengeUrl(challengeId), uuidv7()).catch((error: unknown) =>
      deps.log.warn({ err: error }, 'the payment of an answered challenge could not be rechecked'),
    )
    return c.redirect(safeReturn(String(form.return ?? '')), 303)
  })
  return app
}

/** The path, if it is a checkout of ours; else the start page. */
function safeReturn(path: string | undefined): string {
  return path && RETURN.test(path) ? path : '/'
}

function challengePage(back: string) {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>Confirm your payment – Test bank</title>
        <link rel="stylesheet" href="/bank.css" />
      </head>
      <body>
        <main>
          <p class="tag">Test bank · no real money</p>
          <h1>Is this you?</h1>
          <p>Your bank asks you to confirm this payment. Nothing was charged yet.</p>
          <form method="post">
            <input type="hidden" name="return" value="${back}" />
            <button name="answer" value="confirm">Confirm the payment</button>
            <button name="answer" value="refuse" class="quiet">Refuse</button>
          </form>
        </main>
      </body>
    </html>`
}

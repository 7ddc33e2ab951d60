import { Hono } from 'hono'
import { html } from 'hono/html'
import { readId, uuidv7 } from '@/lib/id'
import { sql } from '@/platform/db'
import type { Deps } from './deps'
import { ownPagesOnly } from './origin'

const RETURN = /^\/checkout\/(ord_[0-9a-f]{32})(\?attempt=[\w.~%+-]{1,765})?$/

/** The simulated bank's own page: where a shopper proves who they are, as 3-D Secure would ask. */
export function bankPages(deps: Deps) {
  const { challenges, env } = deps
  const app = new Hono()
  app.get('/challenges/:id', (c) => c.html(challengePage(safeReturn(c.req.query('return')))))
  app.post('/challenges/:id', ownPagesOnly(['application/x-www-form-urlencoded'], env.baseUrl), async (c) => {
    const form = await c.req.parseBody()
    await challenges.answerChallenge(c.req.param('id'), form.answer === 'confirm')
    const back = safeReturn(String(form.return ?? ''))
    // The shopper comes back to an answer, not to a wait for the resolver's next look. Should this fail, the resolver is still there.
    await lookNow(deps, back).catch((error: unknown) =>
      deps.log.warn({ err: error }, 'the news of a challenge could not be followed'),
    )
    return c.redirect(back, 303)
  })
  return app
}

/** There is news of the payment of this order. Whoever says so is not believed: the bank is asked what became of it. */
async function lookNow({ db, engine, operations }: Deps, checkout: string): Promise<void> {
  const orderId = readId('ord', RETURN.exec(checkout)?.[1] ?? '')
  if (!orderId) return
  const [record] = await db.$queryRaw<{ merchantId: string; recordId: string; operation: string }[]>(sql`
    SELECT p.merchant_id::text AS "merchantId", p.record_id AS "recordId", r.operation FROM orders o
    JOIN payment p ON p.merchant_id = o.merchant_id AND p.order_id = o.id AND p.status = 'requires_action'
    JOIN idempotency_record r ON r.merchant_id = p.merchant_id AND r.id = p.record_id WHERE o.id = ${orderId}::uuid`)
  const begunBy = [operations.pay, operations.createPayment].find(({ name }) => name === record?.operation)
  if (record && begunBy) await engine.hint(begunBy, record, uuidv7())
}

/** Back to a checkout of ours, and nowhere else. */
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

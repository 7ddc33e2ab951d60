import { Hono } from 'hono'
import { html } from 'hono/html'
import type { Deps } from './deps'
import { ownPagesOnly } from './origin'

const RETURN = /^\/checkout\/ord_[0-9a-f]{32}$/

/** The simulated bank's own page: where a shopper proves who they are, as 3-D Secure would ask. */
export function bankPages({ challenges, env }: Deps) {
  const app = new Hono()
  app.get('/challenges/:id', (c) => c.html(challengePage(safeReturn(c.req.query('return')))))
  app.post('/challenges/:id', ownPagesOnly(['application/x-www-form-urlencoded'], env.baseUrl), async (c) => {
    const form = await c.req.parseBody()
    await challenges.answerChallenge(c.req.param('id'), form.answer === 'confirm')
    return c.redirect(safeReturn(String(form.return ?? '')), 303)
  })
  return app
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

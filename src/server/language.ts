import { Hono } from 'hono'
import { setCookie } from 'hono/cookie'
import { safeBackPath } from '@/i18n/back-path'
import { isLocale, LOCALE_COOKIE } from '@/i18n/locale'
import type { Deps } from './deps'
import { FORM, ownPagesOnly } from './origin'

/** A year, in seconds: as long as the theme. */
const YEAR_S = 31_536_000

/** Sets the language that a shopper reads in, from a plain form: no script is needed, and no prefetch changes it. */
export function languageForm({ env }: Deps) {
  const app = new Hono()
  // Receipts send no origin, so that their address stays secret; and a reader's language is all that changes here.
  app.post('/', ownPagesOnly([FORM], env.baseUrl, { allowUnknownSender: true }), async (c) => {
    const { to, back } = await c.req.parseBody()
    if (!isLocale(to)) return c.text('This language is not available.', 400)
    const secure = env.baseUrl.startsWith('https:')
    setCookie(c, LOCALE_COOKIE, to, { path: '/', maxAge: YEAR_S, sameSite: 'Lax', httpOnly: true, secure })
    return c.redirect(safeBackPath(back), 303)
  })
  return app
}

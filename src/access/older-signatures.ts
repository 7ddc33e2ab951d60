import { createHmac, timingSafeEqual } from 'node:crypto'
import type { BetterAuthPlugin } from 'better-auth'
import { createAuthMiddleware } from 'better-auth/api'
import { parseCookies, setRequestCookie } from 'better-auth/cookies'

/** HMAC-SHA256 in base64, as better-auth signs its cookies: `value.signature`. */
const SIGNED = /^(.+)\.([A-Za-z0-9+/]{43}=)$/s

/**
 * Lets cookies that the previous secret signed go on working. better-auth rotates only what it encrypts
 * (`secrets`), and verifies cookies with one secret; so a cookie with a good older signature is signed anew
 * inside the request, before better-auth reads it.
 */
export function olderSignatures(previous: string): BetterAuthPlugin {
  const resign = createAuthMiddleware(async (c) => {
    const sent = c.request?.headers ?? c.headers
    if (!sent) return
    const headers = new Headers(sent)
    for (const [name, value] of parseCookies(sent.get('cookie') ?? '')) {
      const renewed = signedAnew(value, previous, c.context.secret)
      if (renewed) setRequestCookie(headers, name, renewed)
    }
    return { context: { headers } }
  })
  return { id: 'older-signatures', hooks: { before: [{ matcher: () => true, handler: resign }] } }
}

/** The cookie's value under the current secret; null unless the previous one signed it. */
function signedAnew(value: string, previous: string, current: string): string | null {
  const [, text, signature] = SIGNED.exec(value) ?? []
  if (text === undefined || signature === undefined) return null
  const expected = Buffer.from(sign(text, previous))
  return timingSafeEqual(expected, Buffer.from(signature)) ? `${text}.${sign(text, current)}` : null
}

function sign(text: string, secret: string): string {
  return createHmac('sha256', secret).update(text).digest('base64')
}

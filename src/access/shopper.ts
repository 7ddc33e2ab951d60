import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { parse, serialize } from 'hono/utils/cookie'

/** The cookie that owns a guest's keys. Signed, so that no guest can enter another's scope. */
export const SHOPPER_COOKIE = 'payonce_shopper'
/**
 * Its name where we are reached by https. The prefix lets neither a subdomain nor plain http set it (RFC
 * 6265bis, 4.1.3.2). The plain name is still read, so that a guest from before keeps the keys in flight. It
 * can go 30 days after every installation has this version: the last old cookie has ended then.
 */
export const SECURE_SHOPPER_COOKIE = `__Host-${SHOPPER_COOKIE}`

/** 30 days: longer than any shopper comes back to a basket. */
const MAX_AGE_SECONDS = 30 * 24 * 3600

/** A new guest: an id of 128 random bits, and the cookie's value, which is the id with its signature. */
export function newShopper(secret: string): { id: string; value: string } {
  const id = randomBytes(16).toString('base64url')
  return { id, value: `${id}.${sign(id, secret)}` }
}

/**
 * The guest of a form that may be posted twice before its first answer has set the cookie: both are the same guest.
 * @param key of the form, random
 */
export function shopperOfForm(key: string, secret: string): { id: string; value: string } {
  const id = createHmac('sha256', secret).update(`form ${key}`).digest('base64url').slice(0, 22)
  return { id, value: `${id}.${sign(id, secret)}` }
}

/**
 * The guest's id in a cookie header, or null when there is none or its signature is by none of the secrets.
 */
export function shopperOf(
  cookieHeader: string | null | undefined,
  secrets: readonly string[],
): string | null {
  const given = parse(cookieHeader ?? '')
  return idIn(given[SECURE_SHOPPER_COOKIE], secrets) ?? idIn(given[SHOPPER_COOKIE], secrets)
}

function idIn(value: string | undefined, secrets: readonly string[]): string | null {
  const [id, signature] = value?.split('.') ?? []
  if (!id || !signature) return null
  return secrets.some((secret) => isSignedBy(secret, id, signature)) ? id : null
}

/**
 * The guest of a request. `value` is the cookie's value to set; null: the one that was sent is right. A guest
 * whose cookie an older secret signed keeps their id, and with it their keys, under the new signature.
 * @param secrets the one for new signatures first
 */
export function guestOf(
  cookieHeader: string | null | undefined,
  secrets: readonly [string, ...string[]],
): { id: string; value: string | null } {
  const [current] = secrets
  const given = parse(cookieHeader ?? '')
  for (const name of [SECURE_SHOPPER_COOKIE, SHOPPER_COOKIE]) {
    const [id, signature] = given[name]?.split('.') ?? []
    if (!id || !signature) continue
    const by = secrets.findIndex((secret) => isSignedBy(secret, id, signature))
    if (by >= 0) return { id, value: by === 0 ? null : `${id}.${sign(id, current)}` }
  }
  return newShopper(current)
}

function isSignedBy(secret: string, id: string, signature: string): boolean {
  const expected = Buffer.from(sign(id, secret))
  const given = Buffer.from(signature)
  return expected.length === given.length && timingSafeEqual(expected, given)
}

/** The `Set-Cookie` header for a guest's value. @param secure whether we are reached by HTTPS */
export function shopperCookie(value: string, secure: boolean): string {
  return serialize(secure ? SECURE_SHOPPER_COOKIE : SHOPPER_COOKIE, value, {
    path: '/',
    maxAge: MAX_AGE_SECONDS,
    httpOnly: true,
    sameSite: 'Lax',
    secure,
  })
}

function sign(id: string, secret: string): string {
  return createHmac('sha256', secret).update(id).digest('base64url')
}

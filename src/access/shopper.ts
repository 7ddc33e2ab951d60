import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** The cookie that owns a guest's keys. Signed, so that nobody can step into another guest's scope. */
export const SHOPPER_COOKIE = 'payonce_shopper'

const MAX_AGE_SECONDS = 30 * 24 * 3600

/** A new guest: an id of 128 bits of chance and its signature. */
export function newShopper(secret: string): { id: string; value: string } {
  const id = randomBytes(16).toString('base64url')
  return { id, value: `${id}.${sign(id, secret)}` }
}

/** The guest's id in a cookie header, or null when there is none or its signature is not ours. */
export function shopperOf(cookieHeader: string | null | undefined, secret: string): string | null {
  const value = (cookieHeader ?? '')
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${SHOPPER_COOKIE}=`))
    ?.slice(SHOPPER_COOKIE.length + 1)
  const [id, signature] = value?.split('.') ?? []
  if (!id || !signature) return null
  const expected = Buffer.from(sign(id, secret))
  const given = Buffer.from(signature)
  return expected.length === given.length && timingSafeEqual(expected, given) ? id : null
}

export function shopperCookie(value: string, secure: boolean): string {
  return `${SHOPPER_COOKIE}=${value}; Path=/; Max-Age=${MAX_AGE_SECONDS}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
}

function sign(id: string, secret: string): string {
  return createHmac('sha256', secret).update(id).digest('base64url')
}

import type { Context } from 'hono'
import { parse, serialize } from 'hono/utils/cookie'
import { from } from '@/access/operator'
import { requestAddress } from './admission/address'
import type { Deps } from './deps'

/** The cookie of a browser that has signed in before; see `SignInLimits`. It proves nothing else. */
const KNOWN_BROWSER = 'payonce_known_browser'
/** 180 days: an operator comes back from a long leave. */
const KNOWN_SECONDS = 180 * 24 * 3600

/** The requests to better-auth, within the limits: of the address, and of sign-ins. */
export async function authRequest(c: Context, deps: Deps): Promise<Response> {
  const address = requestAddress(c, deps.env.PAYONCE_TRUSTED_HOPS)
  const wait = deps.shopperLimits.authWait(address)
  if (wait > 0) return tooMany(wait)
  const request = from(c.req.raw, address)
  if (!isSignIn(c.req.path)) return deps.auth.handler(request)
  const email = await emailIn(request)
  const cookie = parse(c.req.header('cookie') ?? '', KNOWN_BROWSER)[KNOWN_BROWSER] ?? null
  const signIn = await deps.signInLimits.begin({ email, address, cookie })
  if (!signIn.allowed) return tooMany(signIn.waitSeconds)
  const response = await deps.auth.handler(request)
  if (response.status !== 200) return response
  const answer = new Response(response.body, response)
  answer.headers.append('set-cookie', knownBrowser(await signIn.succeeded(), deps.env.baseUrl))
  return answer
}

/** Same body as better-auth's own refusal, so that its clients understand it. */
export function tooMany(waitSeconds: number): Response {
  return Response.json(
    { message: `Too many attempts. Wait ${waitSeconds} seconds, then try again.`, code: 'TOO_MANY_ATTEMPTS' },
    { status: 429, headers: { 'Retry-After': String(waitSeconds) } },
  )
}

/** However it is spelt: better-auth's router may read an address less strictly than we would. */
function isSignIn(path: string): boolean {
  try {
    return /sign-?in/i.test(decodeURIComponent(path))
  } catch {
    return true
  }
}

/**
 * The e-mail address of a sign-in, as JSON or as a form, both of which better-auth takes. Empty when there is
 * none: such tries count together, so that no spelling is a way round.
 */
async function emailIn(request: Request): Promise<string> {
  const text = await request.clone().text()
  const email = readJson(text)?.email ?? new URLSearchParams(text).get('email')
  return typeof email === 'string' ? email : ''
}

function readJson(text: string): { email?: unknown } | null {
  try {
    return JSON.parse(text) as { email?: unknown } | null
  } catch {
    return null
  }
}

function knownBrowser(value: string, baseUrl: string): string {
  return serialize(KNOWN_BROWSER, value, {
    path: '/api/auth',
    maxAge: KNOWN_SECONDS,
    httpOnly: true,
    sameSite: 'Lax',
    secure: baseUrl.startsWith('https:'),
  })
}

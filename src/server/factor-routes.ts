import { Hono, type Context as HonoContext } from 'hono'
import { z } from 'zod'
import { takeCode } from '@/access/authenticator-app'
import { headersFrom, operatorById, operatorOf, type SignedIn } from '@/access/operator'
import { assertionShape, passkeySignInOptions, takePasskeySignIn } from '@/access/passkeys/assertion'
import type { Factor } from '@/access/second-factor'
import type { SecurityAction } from '@/access/security-event'
import { endSession } from '@/access/session'
import { requestAddress } from './admission/address'
import { tooMany } from './auth-requests'
import type { Deps } from './deps'
import { ownPagesOnly } from './origin'

type Address = { Bindings: { incoming?: { socket?: { remoteAddress?: string } } } }

/** Writes the event of a sign-in into the audit log of the operator's merchant. */
export type RecordSignIn = (
  c: HonoContext<Address>,
  action: SecurityAction,
  operator: Pick<SignedIn, 'id' | 'merchantId'> | null,
  detail: string,
) => Promise<void>

const codeBody = z.strictObject({ code: z.string().min(1).max(40) })
const passkeyBody = z.strictObject({ passkey: assertionShape })

const HOW: Record<Factor, string> = {
  totp: 'password and authenticator code',
  'recovery-code': 'password and recovery code',
  passkey: 'passkey',
}

/** The sign-in by a second factor after the password, and by a passkey instead of it. */
export function factorRoutes(deps: Deps, record: RecordSignIn): Hono<Address> {
  const { auth, db, passkeySite, factorKeys } = deps
  const app = new Hono<Address>()
  const guards = [ownPagesOnly(['application/json'], deps.env.baseUrl), withinLimit(deps)] as const

  app.post('/sign-in/code', ...guards, async (c) => {
    const body = codeBody.safeParse(await readBody(c))
    if (!body.success) return refuse(400, 'CODE_MISSING', 'Enter the code.')
    const { headers } = c.req.raw
    const pending = await auth.api.pendingOperator({ headers })
    const operator = pending.operatorId ? await operatorById(db, pending.operatorId) : null
    if (!operator) return over()
    const tries = await deps.signInLimits.begin(codeTries(operator.id))
    if (!tries.allowed) return tooMany(tries.waitSeconds)
    const factor = await takeCode(db, factorKeys, operator, body.data.code)
    if (!factor) {
      await record(c, 'sign-in.failed', operator, 'the password was right, the code was not')
      return refuse(401, 'WRONG_CODE', 'The code is wrong, or was used before. Wait for the next one.')
    }
    const taken = await auth.api.takePending({ headers })
    if (taken.operatorId !== operator.id) return over()
    await tries.succeeded()
    return signIn(c, operator, factor)
  })

  app.post('/passkey-options', ...guards, async () =>
    passkeySite ? Response.json(await passkeySignInOptions(db, passkeySite)) : noPasskeys(),
  )

  app.post('/sign-in/passkey', ...guards, async (c) => {
    if (!passkeySite) return noPasskeys()
    const body = passkeyBody.safeParse(await readBody(c))
    if (!body.success) return refuse(400, 'PASSKEY_MISSING', 'Send the answer of the authenticator.')
    const found = await takePasskeySignIn(db, passkeySite, body.data.passkey)
    const operator = found && (await operatorById(db, found.id))
    if (operator) return signIn(c, operator, 'passkey')
    await record(c, 'sign-in.failed', null, '')
    return refuse(
      401,
      'WRONG_PASSKEY',
      'This passkey is not known here, or did not answer in time. Try again.',
    )
  })

  /** Begins the session, and ends the browser's old one, which would live on without a cookie. */
  async function signIn(
    c: HonoContext<Address>,
    operator: Pick<SignedIn, 'id' | 'merchantId'>,
    factor: Factor,
  ): Promise<Response> {
    const before = await operatorOf(deps, c.req.raw.headers)
    const address = requestAddress(c, deps.env.PAYONCE_TRUSTED_HOPS)
    const started = await auth.api.startSession({
      body: { operatorId: operator.id, factor },
      headers: headersFrom(c.req.raw, address),
      asResponse: true,
    })
    if (!started.ok) throw new Error('a session could not begin')
    await record(c, 'sign-in', operator, HOW[factor])
    if (before) await endSession(db, before.id, before.sessionId)
    const answer = Response.json({ signedIn: true })
    for (const cookie of started.headers.getSetCookie()) answer.headers.append('set-cookie', cookie)
    return answer
  }
  return app
}

/**
 * Wrong codes count for the operator from all addresses together: 5 are free, then each costs a wait up to 15 minutes. It can be strict, since
 * only somebody who has the password gets here.
 */
function codeTries(operatorId: string) {
  // U+0000: a sign-in's e-mail address may not hold it (`check-text.ts`), so that no sign-in counts here.
  const name = `second-factor\0${operatorId}`
  return { email: name, address: name, cookie: null }
}

function withinLimit(deps: Deps) {
  return async (c: HonoContext<Address>, next: () => Promise<void>) => {
    const wait = deps.shopperLimits.authWait(requestAddress(c, deps.env.PAYONCE_TRUSTED_HOPS))
    return wait > 0 ? tooMany(wait) : next()
  }
}

function readBody(c: HonoContext): Promise<unknown> {
  return c.req.json().catch(() => null)
}

function over(): Response {
  return refuse(401, 'SIGN_IN_OVER', 'This sign-in is over. Begin again with your password.')
}

function noPasskeys(): Response {
  return refuse(
    404,
    'NO_PASSKEYS',
    'Passkeys need an address with a name and https. Sign in with your password.',
  )
}

/** Same body as better-auth's refusals. */
function refuse(status: number, code: string, message: string): Response {
  return Response.json({ message, code }, { status })
}

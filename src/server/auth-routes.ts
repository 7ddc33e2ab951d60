import { Hono, type Context as HonoContext } from 'hono'
import { z } from 'zod'
import { operatorByEmail, operatorOf, type SignedIn } from '@/access/operator'
import { recordSecurityEvent, type SecurityAction } from '@/access/security-event'
import { endSession } from '@/access/session'
import { uuidv7 } from '@/lib/id'
import { knownAddress } from './actor'
import { requestAddress } from './admission/address'
import { authRequest } from './auth-requests'
import type { Deps } from './deps'
import { factorRoutes } from './factor-routes'

type AuthEnv = { Bindings: { incoming?: { socket?: { remoteAddress?: string } } } }

/** Without `user` the password was right, and the second factor is still to come: nobody is signed in. */
const signedIn = z.union([
  z.object({ user: z.object({ email: z.string() }) }),
  z.object({ secondFactor: z.literal(true) }),
])
const tried = z.object({ email: z.string() })

/**
 * The endpoints of better-auth that our pages use. Its others are 404: a password is changed by `account.changePassword`, which ends the
 * other sessions. Each sign-in and sign-out is in the audit log.
 */
export function authRoutes(deps: Deps): Hono<AuthEnv> {
  const app = new Hono<AuthEnv>()
  app.post('/sign-in/email', async (c) => {
    const [copy, before] = [c.req.raw.clone(), await operatorOf(deps, c.req.raw.headers)]
    const response = await authRequest(c, deps)
    if (response.status === 200) {
      const answer = signedIn.parse(await response.clone().json())
      // The browser has a new session, or none: its old one would live on without a cookie.
      if (before) await endSession(deps.db, before.id, before.sessionId)
      if ('secondFactor' in answer) return response
      await record(deps, c, 'sign-in', await operatorByEmail(deps.db, answer.user.email))
    }
    if (response.status === 401) {
      const { email = '' } = tried.safeParse(await copy.json().catch(() => null)).data ?? {}
      await record(deps, c, 'sign-in.failed', await operatorByEmail(deps.db, email))
    }
    return response
  })
  app.post('/sign-out', async (c) => {
    const before = await operatorOf(deps, c.req.raw.headers)
    const response = await authRequest(c, deps)
    if (response.status === 200) await record(deps, c, 'sign-out', before)
    return response
  })
  app.route(
    '/',
    factorRoutes(deps, (c, action, operator, detail) => record(deps, c, action, operator, detail)),
  )
  return app
}

/** An unknown e-mail belongs to no merchant's audit log: it is counted in our own log, without the text that somebody typed. */
async function record(
  deps: Deps,
  c: HonoContext<AuthEnv>,
  action: SecurityAction,
  operator: Pick<SignedIn, 'id' | 'merchantId'> | null,
  detail = '',
): Promise<void> {
  const address = knownAddress(requestAddress(c, deps.env.PAYONCE_TRUSTED_HOPS))
  const requestId = uuidv7()
  if (!operator) return deps.log.warn({ action, address, requestId }, 'a sign-in without an operator')
  const { id, merchantId } = operator
  // Whoever failed to sign in is not known to be this operator.
  const name = action === 'sign-in.failed' ? 'system' : `operator:${id}`
  await recordSecurityEvent(
    deps.db,
    { name, address, requestId },
    { merchantId, action, subject: id, detail },
  )
}

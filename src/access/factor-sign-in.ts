import { randomBytes } from 'node:crypto'
import type { BetterAuthPlugin } from 'better-auth'
import { createAuthEndpoint, createAuthMiddleware } from 'better-auth/api'
import { deleteSessionCookie, expireCookie, setSessionCookie } from 'better-auth/cookies'
import { z } from 'zod'
import { type Db, sql } from '@/platform/db'
import { CHALLENGE_MINUTES, keepChallenge, readChallenge, takeChallenge } from './challenge'
import { hasFactor } from './second-factor'

/** The cookie between the password and the second factor. It opens nothing. */
const PENDING = 'sign_in_pending'
const PENDING_SECONDS = CHALLENGE_MINUTES * 60

/**
 * The part of a sign-in that is better-auth's: where the password was right and the operator has a second factor, its session ends before
 * anybody has it, and the browser gets a cookie that stands for the right password. `startSession` begins the session of a sign-in that the
 * second factor completed. The server alone calls it: it is no route.
 */
export function factorSignIn(db: Db) {
  return {
    id: 'factor-sign-in',
    endpoints: {
      startSession: createAuthEndpoint.serverOnly(
        {
          method: 'POST',
          body: z.object({ operatorId: z.string(), factor: z.enum(['totp', 'recovery-code', 'passkey']) }),
        },
        async (c) => {
          const { internalAdapter } = c.context
          const user = await internalAdapter.findUserById(c.body.operatorId)
          if (!user) throw new Error('there is no such operator')
          const session = await internalAdapter.createSession(user.id, false, { factor: c.body.factor })
          await setSessionCookie(c, { session, user })
          expireCookie(c, c.context.createAuthCookie(PENDING))
          return c.json({ sessionId: session.id })
        },
      ),
      /** The operator whose password this browser has given, or null. */
      pendingOperator: createAuthEndpoint.serverOnly({ method: 'POST', requireHeaders: true }, async (c) => {
        const token = c.getCookie(c.context.createAuthCookie(PENDING).name)
        return { operatorId: token ? await readChallenge(db, 'sign-in', token) : null }
      }),
      /** The same, and uses it up. */
      takePending: createAuthEndpoint.serverOnly({ method: 'POST', requireHeaders: true }, async (c) => {
        const token = c.getCookie(c.context.createAuthCookie(PENDING).name)
        return { operatorId: token ? await takeChallenge(db, 'sign-in', token) : null }
      }),
    },
    hooks: {
      after: [
        {
          matcher: (c) => c.path === '/sign-in/email',
          handler: createAuthMiddleware(async (c) => {
            const made = c.context.newSession
            if (!made || !(await factorOf(db, made.user.id))) return
            deleteSessionCookie(c, true)
            await c.context.internalAdapter.deleteSession(made.session.token)
            c.context.setNewSession(null)
            const token = randomBytes(32).toString('base64url')
            await keepChallenge(db, 'sign-in', token, made.user.id)
            const cookie = c.context.createAuthCookie(PENDING, { maxAge: PENDING_SECONDS })
            c.setCookie(cookie.name, token, cookie.attributes)
            return c.json({ secondFactor: true })
          }),
        },
      ],
    },
  } satisfies BetterAuthPlugin
}

async function factorOf(db: Db, operatorId: string): Promise<boolean> {
  const found = await db.$queryRaw<unknown[]>(
    sql`SELECT 1 FROM operator o WHERE o.id = ${operatorId} AND ${hasFactor(sql`o.id`)}`,
  )
  return found.length === 1
}

import { randomUUID } from 'node:crypto'
import { betterAuth } from 'better-auth'
import { prismaAdapter } from 'better-auth/adapters/prisma'
import { z } from 'zod'
import { type Db, firstRow, rows, sql } from '@/platform/db'
import { factorSignIn } from './factor-sign-in'
import { olderSignatures } from './older-signatures'
import { SAMPLE_ID } from './sample'
import { hasFactor } from './second-factor'

/** What an operator may do, each with the rights of the one before: read; serve shoppers; manage keys and people. */
export const ROLES = ['viewer', 'support', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** A person who may see one merchant's dashboard. */
export interface Operator {
  id: string
  role: Role
  merchantId: string
  email: string
  name: string
}

/** The server's own header for the caller's address. Its name is random in each process, so that no caller can send it. */
const CLIENT_IP = `x-address-${randomUUID()}`

/**
 * Operators by better-auth: e-mail and password, no public sign-up, no telemetry. The second factor is `factor-sign-in.ts`.
 * A session ends after 12 hours without use (a working day); each 15 minutes of use push its end further, at most to 24 hours after the
 * sign-in (trigger operator_session_ends).
 */
export function createAuth(options: {
  db: Db
  /** Signs the cookies. */
  secret: string
  /** Cookies that it signed stay valid. */
  previousSecret?: string | undefined
  baseUrl: string
}) {
  const https = options.baseUrl.startsWith('https:')
  return betterAuth({
    database: prismaAdapter(options.db, { provider: 'postgresql' }),
    secret: options.secret,
    plugins: [
      factorSignIn(options.db),
      ...(options.previousSecret ? [olderSignatures(options.previousSecret)] : []),
    ],
    baseURL: options.baseUrl,
    basePath: '/api/auth',
    telemetry: { enabled: false },
    logger: { level: 'error' },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 12 },
    user: {
      modelName: 'operator',
      additionalFields: {
        merchantId: { type: 'string', required: true, input: false },
        role: { type: 'string', required: true, input: false },
      },
    },
    session: {
      modelName: 'operatorSession',
      expiresIn: 12 * 3600,
      updateAge: 15 * 60,
      additionalFields: { factor: { type: 'string', required: false, input: false } },
    },
    account: { modelName: 'operatorCredential' },
    verification: { modelName: 'operatorVerification' },
    // Sign-ins are limited by account and by address before they come here (server/auth-requests.ts), the same
    // for all processes. This limit, in memory, is a second wall for the other endpoints.
    rateLimit: { enabled: true, window: 60, max: 300, customRules: { '/sign-in/email': false } },
    advanced: {
      // `__Host-` instead of the library's `__Secure-`, which a subdomain could set.
      cookiePrefix: https ? '__Host-payonce' : 'payonce',
      useSecureCookies: false,
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', secure: https, path: '/' },
      ipAddress: { ipAddressHeaders: [CLIENT_IP] },
    },
  })
}

export type Auth = ReturnType<typeof createAuth>

/** The request with its sender's address, by which requests are limited: a caller cannot choose it. */
export function from(request: Request, address: string | undefined): Request {
  return new Request(request, { headers: headersFrom(request, address) })
}

/** The same for a request whose body was read already. */
export function headersFrom(request: Request, address: string | undefined): Headers {
  const headers = new Headers(request.headers)
  // Of an IPv6 address we know the network; better-auth stores its first address.
  if (address) headers.set(CLIENT_IP, address.replace(/\/64$/, ''))
  return headers
}

/**
 * The operator who is signed in, or null. Reads the session from the database, so that a sign-out anywhere counts at once. A session that the
 * password alone began is none once its operator has a second factor, whichever server began it.
 */
export async function operatorOf(
  { db, auth }: { db: Db; auth: Auth },
  headers: Headers,
): Promise<SignedIn | null> {
  const found = await auth.api.getSession({ headers })
  if (!found) return null
  const sessionId = found.session.id
  const factors = await firstRow(
    db,
    z.strictObject({ proved: z.boolean(), hasFactor: z.boolean(), sample: z.string().nullable() }),
    sql`
      SELECT s.factor IS NOT NULL AS proved, ${hasFactor(sql`s.user_id`)} AS "hasFactor",
        CASE WHEN s.sample_since IS NOT NULL THEN ${SAMPLE_ID}::text END AS sample
      FROM operator_session s WHERE s.id = ${sessionId}`,
  )
  if (!factors || (factors.hasFactor && !factors.proved)) return null
  return { ...readOperator(found.user), sessionId, hasFactor: factors.hasFactor, sample: factors.sample }
}

const allowedRow = z.strictObject({ sessionId: z.string(), role: z.string(), hasFactor: z.boolean() })

/** Those of these sessions that would sign in now, as `operatorOf` judges it, with their operators' roles. It does not count as their use. */
export async function allowedSessions(
  db: Db,
  sessionIds: readonly string[],
): Promise<Pick<SignedIn, 'sessionId' | 'role' | 'hasFactor'>[]> {
  const found = await rows(
    db,
    allowedRow,
    sql`
      SELECT s.id AS "sessionId", o.role, ${hasFactor(sql`o.id`)} AS "hasFactor"
      FROM operator_session s JOIN operator o ON o.id = s.user_id
      WHERE s.id = ANY (${[...sessionIds]}::text[]) AND s.expires_at > now() AND (s.factor IS NOT NULL OR NOT ${hasFactor(sql`o.id`)})`,
  )
  return found.map((one) => ({ ...one, role: roleOf(one.role) }))
}

/** An operator with the session that they use. */
export interface SignedIn extends Operator {
  sessionId: string
  /** Whether the operator has a second factor; this session has proved it. */
  hasFactor: boolean
  /** Merchant id of the sample shop, while this session looks at it. */
  sample: string | null
}

/** The operator as what they look at knows them: in the sample shop a viewer of that shop, elsewhere themselves. */
export function asReader(operator: SignedIn): SignedIn {
  const { sample } = operator
  return sample === null ? operator : { ...operator, merchantId: sample, role: 'viewer' }
}

/** True when `role` has the rights of `needed`. */
export function mayActAs(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed)
}

/**
 * Makes an operator, an admin unless `role` says otherwise, or returns the one with this e-mail unchanged. For the seed: people are invited
 * (`invitation.ts`), and no route calls it.
 */
export async function createOperator(
  auth: Auth,
  person: { email: string; password: string; name: string; merchantId: string; role?: Role },
): Promise<Operator> {
  const { internalAdapter, password } = await auth.$context
  const email = person.email.toLowerCase()
  const known = await internalAdapter.findUserByEmail(email)
  if (known) return readOperator(known.user)
  const { name, merchantId, role = 'admin' } = person
  const row = { email, name, merchantId, role, emailVerified: true }
  const user = await internalAdapter.createUser(row, { method: 'admin' })
  await internalAdapter.linkAccount({
    userId: user.id,
    accountId: user.id,
    providerId: 'credential',
    password: await password.hash(person.password),
  })
  return readOperator(user)
}

function readOperator(user: { id: string; email: string; name: string }): Operator {
  const { merchantId, role } = user as { merchantId?: string; role?: string }
  return { id: user.id, email: user.email, name: user.name, merchantId: merchantId ?? '', role: roleOf(role) }
}

/** An unknown role has the least rights. */
function roleOf(role: string | undefined): Role {
  return ROLES.find((one) => one === role) ?? 'viewer'
}

/** The operator of this id, or null. */
export function operatorById(db: Db, id: string): Promise<{ id: string; merchantId: string } | null> {
  return db.operator.findUnique({ where: { id }, select: { id: true, merchantId: true } })
}

/** The operator with this e-mail, or null. */
export function operatorByEmail(db: Db, email: string): Promise<{ id: string; merchantId: string } | null> {
  return db.operator.findUnique({
    where: { email: email.toLowerCase() },
    select: { id: true, merchantId: true },
  })
}

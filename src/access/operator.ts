import { randomUUID } from 'node:crypto'
import { betterAuth } from 'better-auth'
import { prismaAdapter } from 'better-auth/adapters/prisma'
import type { Db } from '@/platform/db'

/** A person who may see one merchant's dashboard. */
export interface Operator {
  id: string
  merchantId: string
  email: string
  name: string
}

/** The server's own header for the caller's address. Its name is random in each process, so that no caller can send it. */
const CLIENT_IP = `x-address-${randomUUID()}`

/**
 * Operators by better-auth: e-mail and password, no public sign-up, no telemetry.
 * A session ends after 12 hours without use (a working day); each 15 minutes of use push its end further.
 */
export function createAuth(options: { db: Db; secret: string; baseUrl: string }) {
  const https = options.baseUrl.startsWith('https:')
  return betterAuth({
    database: prismaAdapter(options.db, { provider: 'postgresql' }),
    secret: options.secret,
    baseURL: options.baseUrl,
    basePath: '/api/auth',
    telemetry: { enabled: false },
    logger: { level: 'error' },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength: 12 },
    user: {
      modelName: 'operator',
      additionalFields: { merchantId: { type: 'string', required: true, input: false } },
    },
    session: { modelName: 'operatorSession', expiresIn: 12 * 3600, updateAge: 15 * 60 },
    account: { modelName: 'operatorCredential' },
    verification: { modelName: 'operatorVerification' },
    // Guessing a password: 10 tries a minute from one address.
    rateLimit: {
      enabled: true,
      window: 60,
      max: 300,
      customRules: { '/sign-in/email': { window: 60, max: 10 } },
    },
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

/** The request with the address of its socket, by which sign-ins are limited: a caller cannot choose it. */
export function from(request: Request, address: string | undefined): Request {
  const headers = new Headers(request.headers)
  if (address) headers.set(CLIENT_IP, address)
  return new Request(request, { headers })
}

/** The operator who is signed in, or null. Reads the session from the database, so that a sign-out anywhere counts at once. */
export async function operatorOf(auth: Auth, headers: Headers): Promise<Operator | null> {
  const session = await auth.api.getSession({ headers })
  if (!session) return null
  const { id, merchantId, email, name } = session.user
  return { id, merchantId, email, name }
}

/** Makes an operator, or returns the one with this e-mail unchanged. For the seed and the command line; no route calls it. */
export async function createOperator(
  auth: Auth,
  person: { email: string; password: string; name: string; merchantId: string },
): Promise<Operator> {
  const { internalAdapter, password } = await auth.$context
  const email = person.email.toLowerCase()
  const known = await internalAdapter.findUserByEmail(email)
  if (known) return readOperator(known.user)
  const row = { email, name: person.name, merchantId: person.merchantId, emailVerified: true }
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
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    merchantId: (user as { merchantId?: string }).merchantId ?? '',
  }
}

import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Db, openDb, openPool } from '@/platform/db'
import { testDatabase } from '@/setup/test/database'
import { type Auth, createAuth, createOperator, from, operatorOf } from './operator'

const MERCHANT = '018f0000-0000-7000-8000-00000000000a'
const PERSON = {
  email: 'Ada@example.com',
  password: 'correct horse battery',
  name: 'Ada',
  merchantId: MERCHANT,
}
const BASE = 'http://localhost:3000'

let drop: () => Promise<void>
let db: Db
let auth: Auth

beforeAll(async () => {
  const database = await testDatabase()
  const pool = openPool(database.appUrl, { max: 3, name: 'access-test' })
  db = openDb(pool)
  drop = async () => {
    await db.$disconnect()
    await pool.end()
    await database.drop()
  }
  auth = createAuth({ db, secret: 'a secret of at least thirty-two characters', baseUrl: BASE })
  await db.merchant.create({ data: { id: MERCHANT, name: 'Shop' } })
  await createOperator(auth, PERSON)
})
afterAll(() => drop())

function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  return new Request(`${BASE}/api/auth${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: BASE, ...headers },
    body: JSON.stringify(body),
  })
}

function signIn(password: string, address: string) {
  return auth.handler(from(post('/sign-in/email', { email: 'ada@example.com', password }), address))
}

const cookieOf = (response: Response) => (response.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''

test('an operator signs in, is recognised with her merchant, and signs out', async () => {
  const signedIn = await signIn(PERSON.password, '192.0.2.1')
  expect(signedIn.status).toBe(200)
  expect(signedIn.headers.getSetCookie()[0]).toMatch(/HttpOnly; SameSite=Lax/i)
  const cookie = cookieOf(signedIn)
  expect(await operatorOf({ db, auth }, new Headers({ cookie }))).toMatchObject({
    merchantId: MERCHANT,
    email: 'ada@example.com',
    name: 'Ada',
  })
  const signedOut = await auth.handler(from(post('/sign-out', {}, { cookie }), '192.0.2.1'))
  expect(signedOut.status).toBe(200)
  expect(await operatorOf({ db, auth }, new Headers({ cookie }))).toBeNull()
})

test('a second seeding changes nothing', async () => {
  const again = await createOperator(auth, { ...PERSON, password: 'another password of hers' })
  expect(again.merchantId).toBe(MERCHANT)
  expect(await db.operator.count()).toBe(1)
  expect((await signIn(PERSON.password, '192.0.2.2')).status).toBe(200)
})

test('no session, a made-up session and a wrong password open nothing', async () => {
  expect(await operatorOf({ db, auth }, new Headers())).toBeNull()
  expect(
    await operatorOf({ db, auth }, new Headers({ cookie: 'payonce.session_token=made-up.signature' })),
  ).toBeNull()
  expect((await signIn('wrong password', '192.0.2.3')).status).toBe(401)
})

test('nobody signs up from outside, and nobody chooses a merchant', async () => {
  const response = await auth.handler(
    from(post('/sign-up/email', { ...PERSON, email: 'eve@example.com' }), '192.0.2.4'),
  )
  expect(await response.json()).toMatchObject({ code: 'EMAIL_PASSWORD_SIGN_UP_DISABLED' })
  expect(await db.operator.count()).toBe(1)
})

test('a session names the address that the server saw, whatever address the caller claims', async () => {
  const claimed = { 'x-forwarded-for': '203.0.113.1', 'x-real-ip': '203.0.113.1' }
  const right = { email: PERSON.email, password: PERSON.password }
  expect((await auth.handler(from(post('/sign-in/email', right, claimed), '198.51.100.7'))).status).toBe(200)
  const seen = await db.operatorSession.findMany({ select: { ipAddress: true } })
  expect(seen.map(({ ipAddress }) => ipAddress)).toContain('198.51.100.7')
  expect(seen.map(({ ipAddress }) => ipAddress)).not.toContain('203.0.113.1')
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renewAnswerKeys } from '@/access/answer-wrapping'
import { renewSecrets, takeCode } from '@/access/authenticator-app'
import { createOperator } from '@/access/operator'
import { stepAt, totpCode } from '@/access/totp'
import { type Env, readEnv } from '@/platform/env'
import { createApi } from './api'
import { buildDeps, type Deps } from './deps'
import { renewFactorSecrets } from './factor-secrets'
import { callProcedure, newOperator } from './testing/operators'
import { openTestProduct, payReply, type TestProduct } from './testing/product'

const OLD = 'a secret for tests, long enough to pass'
const NEW = 'the secret after it, long enough to pass too'
const PERSON = { email: 'ada@example.com', password: 'correct horse battery', name: 'Ada' }

/** The same installation on one database: before the rotation, after it, and after the previous secret was dropped. */
let before: TestProduct
const installations = {} as Record<'after' | 'dropped', { deps: Deps; fetch: TestProduct['fetch'] }>
let session: string
let guest: string
const key = 'before-the-rotation'
let order: string
let receipt: string
let code: string

beforeAll(async () => {
  before = await openTestProduct({ PAYONCE_SECRET: OLD })
  const { env } = before.deps
  const withSecrets = (PAYONCE_SECRET: string, PAYONCE_SECRET_PREVIOUS?: string) => {
    const changed: Env = { ...env, PAYONCE_SECRET, PAYONCE_SECRET_PREVIOUS }
    const deps = buildDeps(changed)
    return { deps, fetch: createApi(deps).fetch }
  }
  Object.assign(installations, { after: withSecrets(NEW, OLD), dropped: withSecrets(NEW) })
  await createOperator(before.deps.auth, { ...PERSON, merchantId: before.merchantId })
  session = await signIn(before.fetch)
  guest = await before.cookie()
  order = await before.newOrder()
  const paid = await before.pay({ key, orderId: order, version: 1, paymentMethod: 'pm_card_visa' }, guest)
  receipt = paid.result?.receiptUrl.split('/').at(-1) ?? ''
  code = (await receiptFrom(before.fetch)).verificationCode
  // As the start of the web process does. A process of before has its keys in memory.
  await renewAnswerKeys(installations.after.deps)
})
afterAll(async () => {
  for (const { deps } of Object.values(installations)) await deps.close()
  await before?.close()
})

type Fetch = TestProduct['fetch']
const send = (fetch: Fetch, path: string, init: RequestInit = {}) =>
  fetch(new Request(`http://localhost:3000${path}`, init))
const post = (fetch: Fetch, path: string, body: unknown, headers: Record<string, string> = {}) =>
  send(fetch, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'http://localhost:3000', ...headers },
    body: JSON.stringify(body),
  })

async function signIn(fetch: Fetch): Promise<string> {
  const { email, password } = PERSON
  const reply = await post(fetch, '/api/auth/sign-in/email', { email, password })
  return (reply.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''
}

async function receiptFrom(fetch: Fetch) {
  const input = encodeURIComponent(JSON.stringify({ token: receipt }))
  return (await (await send(fetch, `/api/trpc/checkout.receipt?input=${input}`)).json()).result.data
}

const dashboard = async (fetch: Fetch, cookie: string) =>
  (await send(fetch, '/api/trpc/operator.current', { headers: { cookie } })).status
const pay = async (fetch: Fetch, changes: object, cookie = guest) =>
  payReply(
    await post(
      fetch,
      '/api/trpc/checkout.pay',
      { key, orderId: order, version: 1, paymentMethod: 'pm_card_visa', ...changes },
      { cookie },
    ),
  )

describe('after the rotation, while PAYONCE_SECRET_PREVIOUS is set', () => {
  it('an operator stays signed in', async () => {
    const { fetch } = installations.after
    expect(await dashboard(fetch, session)).toBe(200)
    expect(await dashboard(fetch, `theme=dark; ${session}`)).toBe(200)
  })

  it('a session cookie that was changed, or that no secret of ours signed, is nobody’s', async () => {
    const [name = '', value = ''] = session.split('=')
    const [token = '', signature = ''] = decodeURIComponent(value).split('.')
    const other = `${token.slice(0, -1)}${token.endsWith('a') ? 'b' : 'a'}`
    for (const forged of [`${other}.${signature}`, `${token}.${'A'.repeat(43)}=`, token, `${token}.`])
      expect(await dashboard(installations.after.fetch, `${name}=${encodeURIComponent(forged)}`)).toBe(401)
  })

  it('a new session is signed by the new secret only', async () => {
    const fresh = await signIn(installations.after.fetch)
    expect(await dashboard(installations.after.fetch, fresh)).toBe(200)
    expect(await dashboard(installations.dropped.fetch, fresh)).toBe(200)
    expect(await dashboard(before.fetch, fresh)).toBe(401)
  })

  it('a guest’s key is theirs still: the stored answer, no second charge, and a cookie under the new secret', async () => {
    const again = await pay(installations.after.fetch, {})
    expect(again.result?.idempotency.outcome).toBe('replayed')
    expect(await before.count('charges')).toBe(1)
    const renewed = (again.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    expect(renewed).not.toBe(guest)
    expect((await pay(installations.dropped.fetch, {}, renewed)).result?.idempotency.outcome).toBe('replayed')
    expect((await pay(installations.after.fetch, {}, renewed)).headers.get('set-cookie')).toBeNull()
  })

  it('K6 a retry with another card names the card, and nothing else', async () => {
    const { problem } = await pay(installations.after.fetch, { paymentMethod: 'pm_card_declined' })
    expect(problem).toMatchObject({ kind: 'key-reused', differs: ['/paymentMethod'] })
  })

  it('the receipt shows its new code, and the one that a printed copy has', async () => {
    const shown = await receiptFrom(installations.after.fetch)
    expect(shown.earlierCode).toBe(code)
    expect(shown.verificationCode).not.toBe(code)
    expect((await receiptFrom(before.fetch)).earlierCode).toBeNull()
  })
})

describe('after the previous secret was dropped', () => {
  it('its sessions, guests and codes have ended', async () => {
    const { fetch } = installations.dropped
    expect(await dashboard(fetch, session)).toBe(401)
    expect((await pay(fetch, {})).problem?.kind).toBe('already-paid')
    const shown = await receiptFrom(fetch)
    expect(shown.earlierCode).toBeNull()
    expect(shown.verificationCode).toBe((await receiptFrom(installations.after.fetch)).verificationCode)
    expect(await before.count('charges')).toBe(1)
  })
})

it('an authenticator app works on, and after the next start also without the previous secret', async () => {
  const operator = await newOperator(before, 'viewer')
  const cookie = await operator.cookie()
  const send = (path: string, input: object = {}) =>
    callProcedure(before, { path, type: 'mutation', input, cookie })
  const { secret } = (await send('factors.beginTotp')).data
  const code = () => totpCode(secret, stepAt(Date.now() / 1_000))
  expect((await send('factors.confirmTotp', { code: code() })).kind).toBeNull()
  const accepts = async (deps: Deps) => {
    await before.owner.query('UPDATE operator_totp SET last_step = 0')
    return (await takeCode(deps.db, deps.factorKeys, operator, code())) === 'totp'
  }
  const { after, dropped } = installations
  expect([await accepts(before.deps), await accepts(after.deps)]).toEqual([true, true])
  expect(await accepts(dropped.deps)).toBe(false)
  // An installation that cannot read it leaves it as it is.
  expect(await renewSecrets(before.deps.db, dropped.deps.factorKeys)).toEqual({ renewed: 0, unreadable: 1 })
  await renewFactorSecrets(after.deps)
  expect(await renewSecrets(before.deps.db, after.deps.factorKeys)).toEqual({ renewed: 0, unreadable: 0 })
  expect([await accepts(after.deps), await accepts(dropped.deps)]).toEqual([true, true])
  expect(await accepts(before.deps)).toBe(false)
})

it('the two secrets are never the same one', () => {
  const { DATABASE_URL } = before.deps.env
  expect(() => readEnv({ DATABASE_URL, PAYONCE_SECRET: OLD, PAYONCE_SECRET_PREVIOUS: OLD })).toThrow(
    'is the same',
  )
})

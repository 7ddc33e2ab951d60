import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Role } from '@/access/operator'
import { stepAt, totpCode } from '@/access/totp'
import { TestAuthenticator } from './testing/authenticator'
import { callProcedure, newOperator, TEST_PASSWORD, type TestOperator } from './testing/operators'
import { openTestProduct, type TestProduct } from './testing/product'

const ORIGIN = 'http://localhost:3000'
const SITE = { origin: ORIGIN, rpId: 'localhost' }
let product: TestProduct

beforeAll(async () => {
  product = await openTestProduct()
})
afterAll(() => product.close())
// Each test begins without waits, as after a day.
beforeEach(() => product.owner.query('DELETE FROM rate_limit'))

const ask = (path: string, cookie: string) => callProcedure(product, { path, type: 'query', cookie })
const send = (path: string, cookie: string, input: object = {}) =>
  callProcedure(product, { path, type: 'mutation', cookie, input })
const sql = async (query: string, values: unknown[] = []) => (await product.owner.query(query, values)).rows
const trail = async (subject: string) =>
  (await sql('SELECT action, detail FROM audit_log WHERE subject = $1 ORDER BY at, id', [subject])).map(
    ({ action, detail }) => (detail ? `${action}: ${detail}` : action),
  )
const isStale = (id: string) =>
  sql('UPDATE operator_session SET verified_at = now() - interval $$301 seconds$$ WHERE user_id = $1', [id])

/** The cookies of a browser. */
class Browser {
  private readonly cookies = new Map<string, string>()

  async post(path: string, body: unknown, headers: Record<string, string> = {}) {
    const answer = await product.call(`/api/auth/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: ORIGIN, cookie: this.cookie, ...headers },
      body: JSON.stringify(body),
    })
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (/max-age=0/i.test(line)) this.cookies.delete(name)
      else this.cookies.set(name, value)
    }
    // biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects of the body
    const body_ = (await answer.json().catch(() => null)) as any
    return { status: answer.status, body: body_, wait: Number(answer.headers.get('retry-after')) }
  }

  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  password = (email: string, password = TEST_PASSWORD) => this.post('sign-in/email', { email, password })
  code = (code: string) => this.post('sign-in/code', { code })
  async passkey(authenticator: TestAuthenticator, lies = {}) {
    const options = (await this.post('passkey-options', {})).body
    return this.post('sign-in/passkey', { passkey: authenticator.get(options, lies) })
  }
  isSignedIn = async () => (await ask('operator.current', this.cookie)).kind === null
}

/** The code that the app shows now, or `later` steps of 30 s after it. */
const codeOf = (secret: string, later = 0) => totpCode(secret, stepAt(Date.now() / 1_000) + later)
/** A code other than the three that would be accepted. */
const wrongCode = (secret: string) => {
  const right = [-2, -1, 0, 1, 2].map((later) => codeOf(secret, later))
  return (
    ['000000', '111111', '222222', '333333', '444444', '555555'].find((code) => !right.includes(code)) ?? ''
  )
}

interface Enrolled extends TestOperator {
  secret: string
  recoveryCodes: string[]
  /** The session in which the app was added. */
  session: string
}

async function withTotp(role: Role = 'support'): Promise<Enrolled> {
  const operator = await newOperator(product, role)
  const session = await operator.cookie()
  const { secret } = (await send('factors.beginTotp', session)).data
  const { recoveryCodes } = (await send('factors.confirmTotp', session, { code: codeOf(secret) })).data
  // As if it had been a minute ago.
  await sql('UPDATE operator_totp SET last_step = last_step - 3 WHERE operator_id = $1', [operator.id])
  return { ...operator, secret, recoveryCodes, session }
}

async function withPasskey(role: Role = 'support', counts = true) {
  const operator = await newOperator(product, role)
  const session = await operator.cookie()
  const authenticator = new TestAuthenticator(SITE, counts)
  const options = (await send('factors.beginPasskey', session)).data
  const response = authenticator.create(options)
  const { data } = await send('factors.addPasskey', session, { name: 'Work laptop', response })
  return { ...operator, session, authenticator, recoveryCodes: data.recoveryCodes as string[] }
}

describe('an authenticator app', () => {
  test('cannot be blocked by sign-ins with an e-mail that is spelt as its count', async () => {
    const { id, email, secret } = await withTotp()
    const spelt = `second-factor:${id}`
    for (let at = 0; at < 24; at++)
      await product.deps.signInLimits.begin({ email: spelt, address: `198.51.100.${at}`, cookie: null })
    const nul = await new Browser().post('sign-in/email', {
      email: `second-factor\0${id}`,
      password: TEST_PASSWORD,
    })
    expect(nul.status).toBe(400)
    const browser = new Browser()
    await browser.password(email)
    expect(await browser.code(codeOf(secret))).toMatchObject({ status: 200 })
  })

  test('counts only after its code was entered; then the other sessions end and recovery codes are shown once', async () => {
    const operator = await newOperator(product, 'viewer')
    const [here, there] = [await operator.cookie(), await operator.cookie()]
    const first = (await send('factors.beginTotp', here)).data
    const { secret, uri } = (await send('factors.beginTotp', here)).data
    expect(uri).toContain(`secret=${secret}`)
    expect((await ask('factors.list', here)).data.totpSince).toBeNull()
    const browser = new Browser()
    await browser.password(operator.email)
    expect(await browser.isSignedIn()).toBe(true)
    // The secret that was shown first is no longer it.
    for (const code of [codeOf(first.secret), wrongCode(secret)])
      expect((await send('factors.confirmTotp', here, { code })).kind).toBe('validation')
    const { data } = await send('factors.confirmTotp', here, { code: codeOf(secret) })
    expect(data.recoveryCodes).toHaveLength(10)
    expect((await ask('factors.list', here)).data).toMatchObject({ recoveryCodesLeft: 10 })
    expect((await ask('operator.current', there)).kind).toBe('unauthorized')
    expect(await browser.isSignedIn()).toBe(false)
    expect((await send('factors.beginTotp', here)).kind).toBe('validation')
    expect((await send('factors.confirmTotp', here, { code: codeOf(secret, 1) })).kind).toBe('validation')
    expect(await trail(operator.id)).toEqual(['sign-in', 'factor.added: authenticator app'])
    const stored = JSON.stringify(await sql('SELECT * FROM operator_totp, operator_recovery_code'))
    for (const text of [
      secret,
      ...data.recoveryCodes,
      ...data.recoveryCodes.map((code: string) => code.replaceAll('-', '')),
    ])
      expect(stored).not.toContain(text)
  })

  test('is asked for after the password, which alone opens nothing', async () => {
    const operator = await withTotp('admin')
    const sessions = () => sql('SELECT FROM operator_session WHERE user_id = $1', [operator.id])
    const browser = new Browser()
    const half = await browser.password(operator.email)
    expect(half).toMatchObject({ status: 200, body: { secondFactor: true } })
    expect(JSON.stringify(half.body)).not.toContain(operator.id)
    expect(await sessions()).toHaveLength(1)
    expect(browser.cookie).toContain('sign_in_pending')
    for (const path of ['operator.current', 'account.get', 'factors.list', 'payments.overview'])
      expect((await ask(path, browser.cookie)).kind).toBe('unauthorized')
    for (const path of ['factors.removeTotp', 'account.confirmOptions', 'developers.createKey'])
      expect((await send(path, browser.cookie)).kind).toBe('unauthorized')
    const exported = await product.call('/api/audit/export?format=csv', {
      headers: { cookie: browser.cookie },
    })
    expect(exported.status).toBe(401)
    expect(await browser.code(codeOf(operator.secret))).toMatchObject({
      status: 200,
      body: { signedIn: true },
    })
    expect(await browser.isSignedIn()).toBe(true)
    expect(browser.cookie).not.toContain('sign_in_pending')
    expect((await trail(operator.id)).slice(1)).toEqual(['sign-in: password and authenticator code'])
  })

  test('a code works once, also when it is sent ten times at once', async () => {
    const operator = await withTotp()
    const browsers = Array.from({ length: 4 }, () => new Browser())
    for (const browser of browsers) await browser.password(operator.email)
    const code = codeOf(operator.secret)
    const answers = await Promise.all(browsers.map((browser) => browser.code(code)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    // Nor one of an earlier step, which would be in time.
    const other = new Browser()
    await other.password(operator.email)
    await sql('UPDATE operator_totp SET last_step = $2 WHERE operator_id = $1', [
      operator.id,
      stepAt(Date.now() / 1_000) + 1,
    ])
    for (const later of [-1, 0, 1])
      expect((await other.code(codeOf(operator.secret, later))).status).toBe(401)
    expect(await other.isSignedIn()).toBe(false)
  })

  test('a right password is good for one sign-in, in its own browser, for 5 minutes', async () => {
    const operator = await withTotp()
    const browser = new Browser()
    await browser.password(operator.email)
    const kept = browser.cookie
    expect((await new Browser().code(codeOf(operator.secret))).body.code).toBe('SIGN_IN_OVER')
    expect((await browser.code(codeOf(operator.secret))).status).toBe(200)
    const again = await new Browser().post(
      'sign-in/code',
      { code: codeOf(operator.secret, 1) },
      { cookie: kept },
    )
    expect(again).toMatchObject({ status: 401, body: { code: 'SIGN_IN_OVER' } })
    const late = new Browser()
    await late.password(operator.email)
    await sql('UPDATE operator_verification SET expires_at = now()')
    expect((await late.code(codeOf(operator.secret, 1))).body.code).toBe('SIGN_IN_OVER')
    const made = new Browser()
    const forged = { cookie: 'payonce.sign_in_pending=made-up' }
    expect((await made.post('sign-in/code', { code: '123456' }, forged)).body.code).toBe('SIGN_IN_OVER')
  })

  test('wrong codes are limited for the account, whatever the address and however often the password is right', async () => {
    const operator = await withTotp()
    const wrong = wrongCode(operator.secret)
    const answers = []
    for (let i = 0; i < 7; i++) {
      const browser = new Browser()
      await browser.password(operator.email)
      answers.push(await browser.code(wrong))
    }
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 401, 429])
    expect(answers.at(-1)?.wait).toBeGreaterThan(10)
    const right = new Browser()
    await right.password(operator.email)
    expect((await right.code(codeOf(operator.secret))).status).toBe(429)
    // A passkey and another operator are not touched.
    const other = await withTotp()
    const theirs = new Browser()
    await theirs.password(other.email)
    expect((await theirs.code(codeOf(other.secret))).status).toBe(200)
    expect((await trail(operator.id)).filter((line) => line.startsWith('sign-in.failed'))).toHaveLength(6)
  })

  test('a sign-in with it ends the browser’s old session', async () => {
    const operator = await withTotp()
    const browser = new Browser()
    await browser.password(operator.email)
    await browser.code(codeOf(operator.secret))
    const first = browser.cookie
    await browser.password(operator.email)
    await browser.code(codeOf(operator.secret, 1))
    expect((await ask('operator.current', first)).kind).toBe('unauthorized')
    expect(await browser.isSignedIn()).toBe(true)
  })

  test('a session that an older server began with the password alone is no sign-in', async () => {
    const operator = await withTotp()
    expect((await ask('operator.current', await operator.cookie())).kind).toBe('unauthorized')
    expect((await ask('operator.current', operator.session)).kind).toBeNull()
  })
})

test('the log of security counts whole sign-ins only, and each change of a factor', async () => {
  const counted = async () => {
    const { values } = await product.deps.metrics.securityEvents.get()
    const counts = new Map(values.map(({ labels, value }) => [String(labels.event), value]))
    return (event: string) => counts.get(event) ?? 0
  }
  const before = await counted()
  const operator = await withTotp()
  const browser = new Browser()
  await browser.password(operator.email)
  const half = await counted()
  expect(half('sign-in.succeeded') - before('sign-in.succeeded')).toBe(0)
  expect(half('factor.changed') - before('factor.changed')).toBe(1)
  await browser.code(wrongCode(operator.secret))
  await browser.code(codeOf(operator.secret))
  const after = await counted()
  expect(after('sign-in.failed') - half('sign-in.failed')).toBe(1)
  expect(after('sign-in.succeeded') - half('sign-in.succeeded')).toBe(1)
  await browser.post('sign-in/code', {}, { origin: 'https://evil.example' })
  expect((await counted())('origin.refused') - after('origin.refused')).toBe(1)
})

describe('recovery codes', () => {
  test('sign in once each, in place of the app', async () => {
    const operator = await withTotp()
    const [code = '', second = ''] = operator.recoveryCodes
    const browsers = [new Browser(), new Browser(), new Browser()]
    for (const browser of browsers) await browser.password(operator.email)
    const answers = await Promise.all(
      browsers.map((browser) => browser.code(code.toLowerCase().replaceAll('-', ' '))),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401])
    expect((await ask('factors.list', operator.session)).data.recoveryCodesLeft).toBe(9)
    const renewed = (await send('factors.newRecoveryCodes', operator.session)).data.recoveryCodes
    const later = new Browser()
    await later.password(operator.email)
    expect((await later.code(second)).status).toBe(401)
    expect((await later.code(renewed[0])).status).toBe(200)
    expect(await trail(operator.id)).toContain('sign-in: password and recovery code')
    expect(await trail(operator.id)).toContain('recovery-codes.made')
  })

  test('of one operator are nothing for another, and end with the last factor', async () => {
    const [ada, eve] = [await withTotp(), await withTotp()]
    const browser = new Browser()
    await browser.password(eve.email)
    expect((await browser.code(ada.recoveryCodes[0] ?? '')).status).toBe(401)
    await send('factors.removeTotp', ada.session)
    expect(await sql('SELECT FROM operator_recovery_code WHERE operator_id = $1', [ada.id])).toEqual([])
    expect((await send('factors.newRecoveryCodes', ada.session)).kind).toBe('validation')
  })
})

describe('a passkey', () => {
  test('signs in without the password', async () => {
    for (const counts of [true, false]) {
      const operator = await withPasskey('support', counts)
      expect(operator.recoveryCodes).toHaveLength(10)
      const browser = new Browser()
      for (let i = 0; i < 2; i++) expect((await browser.passkey(operator.authenticator)).status).toBe(200)
      expect((await ask('operator.current', browser.cookie)).data.email).toBe(operator.email)
      const [row] = (await ask('factors.list', browser.cookie)).data.passkeys
      expect(row).toMatchObject({ name: 'Work laptop', lastUsedAt: expect.any(String) })
      expect(await trail(operator.id)).toEqual([
        'factor.added: passkey: Work laptop',
        'sign-in: passkey',
        'sign-in: passkey',
      ])
      // The password alone no longer does, and a recovery code stands in for it.
      expect((await browser.password(operator.email)).body).toEqual({ secondFactor: true })
      expect((await browser.code(operator.recoveryCodes[3] ?? '')).status).toBe(200)
    }
  })

  test.each([
    ['another origin', { origin: 'https://localhost.evil.example' }],
    ['another site', { rpId: 'evil.example' }],
    ['an owner who was not checked', { userVerified: false }],
    ['a counter that went back', { counter: 0 }],
    ['another challenge', { challenge: 'bm90IG91cnM' }],
    ['the type of a registration', { type: 'webauthn.create' }],
    ['another operator', { userHandle: Buffer.from('somebody').toString('base64url') }],
  ])('with %s proves nothing', async (_, lies) => {
    const operator = await withPasskey()
    const browser = new Browser()
    expect((await browser.passkey(operator.authenticator)).status).toBe(200)
    const stranger = new Browser()
    expect(await stranger.passkey(operator.authenticator, lies)).toMatchObject({
      status: 401,
      body: { code: 'WRONG_PASSKEY' },
    })
    expect(await stranger.isSignedIn()).toBe(false)
    expect((await stranger.passkey(operator.authenticator)).status).toBe(200)
  })

  test('answers a challenge once, right or wrong, and only one of a sign-in', async () => {
    const operator = await withPasskey('support', false)
    const browser = new Browser()
    const options = (await browser.post('passkey-options', {})).body
    const answer = { passkey: operator.authenticator.get(options) }
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => browser.post('sign-in/passkey', answer)),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401])
    // A wrong answer uses the challenge up, too.
    const next = (await browser.post('passkey-options', {})).body
    const stranger = new TestAuthenticator(SITE)
    expect((await browser.post('sign-in/passkey', { passkey: stranger.get(next) })).status).toBe(401)
    expect(
      (await browser.post('sign-in/passkey', { passkey: operator.authenticator.get(next) })).status,
    ).toBe(401)
    // One of a confirmation is for that.
    const { passkey } = (await send('account.confirmOptions', operator.session)).data
    expect(
      (await browser.post('sign-in/passkey', { passkey: operator.authenticator.get(passkey) })).status,
    ).toBe(401)
    await sql('UPDATE operator_verification SET expires_at = now()')
  })

  test('is added only by an answer to a challenge of the same session, with its owner checked, once', async () => {
    const [operator, other] = [await newOperator(product, 'viewer'), await newOperator(product, 'viewer')]
    const [here, there] = [await operator.cookie(), await other.cookie()]
    const make = async (lies = {}) =>
      new TestAuthenticator(SITE).create((await send('factors.beginPasskey', here)).data, lies)
    for (const lies of [
      { userVerified: false },
      { origin: 'https://evil.example' },
      { rpId: 'evil.example' },
    ])
      expect((await send('factors.addPasskey', here, { name: 'A', response: await make(lies) })).kind).toBe(
        'validation',
      )
    const foreign = await make()
    expect((await send('factors.addPasskey', there, { name: 'A', response: foreign })).kind).toBe(
      'validation',
    )
    const response = await make()
    const answers = []
    for (let i = 0; i < 2; i++)
      answers.push((await send('factors.addPasskey', here, { name: 'A', response })).kind)
    expect(answers).toEqual([null, 'validation'])
    for (const broken of [
      {},
      { ...response, id: '<script>' },
      { ...response, response: { clientDataJSON: 'e30' } },
    ])
      expect((await send('factors.addPasskey', here, { name: 'A', response: broken })).kind).toBe(
        'validation',
      )
    expect(
      await sql('SELECT operator_id FROM operator_passkey WHERE operator_id = ANY($1)', [
        [operator.id, other.id],
      ]),
    ).toEqual([{ operator_id: operator.id }])
  })

  test('is removed by its owner alone, and then opens nothing', async () => {
    const [operator, other] = [await withPasskey(), await withPasskey()]
    const [{ id }] = (await ask('factors.list', operator.session)).data.passkeys
    expect((await send('factors.removePasskey', other.session, { id })).kind).toBe('not-found')
    expect((await send('factors.removePasskey', operator.session, { id })).kind).toBeNull()
    expect((await new Browser().passkey(operator.authenticator)).status).toBe(401)
    const browser = new Browser()
    await browser.password(operator.email)
    expect(await browser.isSignedIn()).toBe(true)
    expect((await trail(operator.id)).slice(0, 2)).toEqual([
      'factor.added: passkey: Work laptop',
      'factor.removed: passkey: Work laptop',
    ])
  })

  test('a body that is none is 400, and another site’s page is refused', async () => {
    const browser = new Browser()
    for (const body of [null, [], {}, { passkey: 'x' }, { passkey: { id: {} } }])
      expect((await browser.post('sign-in/passkey', body)).status).toBe(400)
    for (const body of [null, {}, { code: '' }, { code: 7 }, { code: '1'.repeat(41) }])
      expect((await browser.post('sign-in/code', body)).status).toBe(400)
    for (const path of ['sign-in/code', 'sign-in/passkey', 'passkey-options']) {
      const evil = { origin: 'https://evil.example' }
      expect((await browser.post(path, { code: '123456' }, evil)).status).toBe(403)
      expect((await browser.post(path, {}, { 'content-type': 'text/plain' })).status).toBe(415)
    }
  })
})

describe('a confirmation', () => {
  const key = () => ({
    newId: crypto.randomUUID(),
    name: 'S',
    scopes: ['payments:read'],
    expiresInDays: null,
  })

  test('is by the second factor where there is one, and the password is not enough', async () => {
    const operator = await withTotp('admin')
    await isStale(operator.id)
    expect((await send('account.confirmOptions', operator.session)).data).toEqual({
      password: false,
      code: true,
      passkey: null,
    })
    expect((await send('account.confirm', operator.session, { password: TEST_PASSWORD })).kind).toBe(
      'forbidden',
    )
    // A change of the password proves the password, and is no way round either.
    const change = { current: TEST_PASSWORD, next: 'four rivers, no bridge' }
    expect((await send('account.changePassword', operator.session, change)).kind).toBe('step-up-required')
    expect((await send('developers.createKey', operator.session, key())).kind).toBe('step-up-required')
    const code = codeOf(operator.secret)
    expect((await send('account.confirm', operator.session, { code: wrongCode(operator.secret) })).kind).toBe(
      'forbidden',
    )
    expect((await send('account.confirm', operator.session, { code })).kind).toBeNull()
    expect((await send('developers.createKey', operator.session, key())).data.outcome).toBe('made')
    expect((await send('account.confirm', operator.session, { code })).kind).toBe('forbidden')
    expect((await trail(operator.id)).slice(1)).toEqual(['step-up.failed', 'step-up: totp', 'step-up.failed'])
  })

  test('a right password does not make such a session fresh', async () => {
    const operator = await withTotp('admin')
    const change = { current: TEST_PASSWORD, next: 'password1234' }
    // Fresh still, so that it comes to the password, which is right; the new one is refused.
    await sql(
      'UPDATE operator_session SET verified_at = now() - interval $$290 seconds$$ WHERE user_id = $1',
      [operator.id],
    )
    expect((await send('account.changePassword', operator.session, change)).kind).toBe('validation')
    const [row] = await sql(
      'SELECT verified_at < now() - interval $$4 minutes$$ AS old FROM operator_session WHERE user_id = $1',
      [operator.id],
    )
    expect(row).toEqual({ old: true })
  })

  test('by a passkey is for its own session and its own operator', async () => {
    const [operator, other] = [await withPasskey('admin', false), await withPasskey('admin', false)]
    await isStale(operator.id)
    const options = async (session: string) => (await send('account.confirmOptions', session)).data.passkey
    const asked = await options(operator.session)
    expect(asked.allowCredentials.map(({ id }: { id: string }) => id)).toEqual([operator.authenticator.id])
    const theirs = other.authenticator.get(await options(operator.session))
    expect((await send('account.confirm', operator.session, { passkey: theirs })).kind).toBe('forbidden')
    const elsewhere = operator.authenticator.get(await options(other.session))
    expect((await send('account.confirm', operator.session, { passkey: elsewhere })).kind).toBe('forbidden')
    expect((await send('developers.createKey', operator.session, key())).kind).toBe('step-up-required')
    const passkey = operator.authenticator.get(asked)
    expect((await send('account.confirm', operator.session, { passkey })).kind).toBeNull()
    expect((await send('developers.createKey', operator.session, key())).data.outcome).toBe('made')
    expect((await send('account.confirm', operator.session, { passkey })).kind).toBe('forbidden')
  })

  test('five wrong ones end the session, codes too', async () => {
    const operator = await withTotp()
    const kinds = []
    for (let i = 0; i < 5; i++)
      kinds.push((await send('account.confirm', operator.session, { code: wrongCode(operator.secret) })).kind)
    expect(kinds).toEqual(['forbidden', 'forbidden', 'forbidden', 'forbidden', 'unauthorized'])
    expect((await ask('operator.current', operator.session)).kind).toBe('unauthorized')
  })

  test('is needed to add and to remove a factor, and to make recovery codes', async () => {
    const operator = await withPasskey()
    const [{ id }] = (await ask('factors.list', operator.session)).data.passkeys
    await isStale(operator.id)
    const calls = {
      beginTotp: {},
      confirmTotp: { code: '123456' },
      removeTotp: {},
      newRecoveryCodes: {},
      beginPasskey: {},
      addPasskey: { name: 'A', response: {} },
      removePasskey: { id },
    }
    for (const [name, input] of Object.entries(calls))
      expect((await send(`factors.${name}`, operator.session, input)).kind).toBe('step-up-required')
  })
})

describe('an admin', () => {
  test('resets another operator’s factors: they are signed out, and sign in with the password', async () => {
    const admin = await newOperator(product, 'admin')
    const cookie = await admin.cookie()
    const operator = await withTotp()
    const rowOf = async () =>
      (await ask('operators.list', cookie)).data.operators.find(({ id }: TestOperator) => id === operator.id)
    expect(await rowOf()).toMatchObject({ hasFactor: true })
    expect((await send('operators.resetFactors', operator.session, { id: admin.id })).kind).toBe('forbidden')
    expect((await send('operators.resetFactors', cookie, { id: operator.id })).kind).toBeNull()
    expect(await rowOf()).toMatchObject({ hasFactor: false })
    expect((await ask('operator.current', operator.session)).kind).toBe('unauthorized')
    const browser = new Browser()
    await browser.password(operator.email)
    expect(await browser.isSignedIn()).toBe(true)
    expect((await trail(operator.id))[1]).toBe('factors.reset')
    expect(await sql('SELECT FROM operator_recovery_code WHERE operator_id = $1', [operator.id])).toEqual([])
  })

  test('resets neither the own ones, nor those of another merchant’s operator', async () => {
    const admin = await newOperator(product, 'admin')
    const cookie = await admin.cookie()
    expect((await send('operators.resetFactors', cookie, { id: admin.id })).kind).toBe('validation')
    const theirs = await newOperator(product, 'admin', (await product.otherMerchant()).merchantId)
    const session = await theirs.cookie()
    const { secret } = (await send('factors.beginTotp', session)).data
    await send('factors.confirmTotp', session, { code: codeOf(secret) })
    expect((await send('operators.resetFactors', cookie, { id: theirs.id })).kind).toBe('not-found')
    expect((await ask('factors.list', session)).data.totpSince).not.toBeNull()
    expect((await ask('operator.current', session)).kind).toBeNull()
  })
})

import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { createOperator } from '@/access/operator'
import { useCheapPasswords } from '../testing/cheap-passwords'
import { openTestProduct, type TestProduct } from '../testing/product'
import {
  ACCOUNT_FREE,
  ADDRESS_MAX,
  PAIR_FREE,
  SignInLimits,
  waitForAccount,
  waitForPair,
} from './sign-in-limits'

/** Sign-ins behind one proxy of ours, through the API. */
let product: TestProduct
const RIGHT = 'correct horse battery'
let email: string
let n = 0

beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_TRUSTED_HOPS: '1' })
  await useCheapPasswords(product.deps.auth)
})
afterAll(() => product.close())
beforeEach(async () => {
  email = `operator-${++n}@example.com`
  const { merchantId } = product
  await createOperator(product.deps.auth, { email, password: RIGHT, name: 'Ada', merchantId })
  await product.owner.query('TRUNCATE rate_limit')
})

/** @param from the address that our proxy appended; the client wrote the left one itself */
async function signIn(password: string, from: string, { cookie = '', as = email } = {}) {
  const response = await product.call('/api/auth/sign-in/email', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      origin: 'http://localhost:3000',
      'x-forwarded-for': `192.0.2.${n % 250}, ${from}`,
      cookie,
    },
    body: JSON.stringify({ email: as, password }),
  })
  const known = response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0] ?? '')
    .find((pair) => pair.startsWith('payonce_known_browser='))
  return { status: response.status, wait: Number(response.headers.get('retry-after')), known, response }
}

/** A try that fails, without the tenth of a second that checking a password takes. */
const guessAt = (account: string, address: string) =>
  product.deps.signInLimits.begin({ email: account, address, cookie: null })

describe('one stranger', () => {
  it('is stopped after five guesses, whatever address it claims, and does not keep the operator out', async () => {
    const statuses = []
    for (let guess = 0; guess < 12; guess++) statuses.push((await signIn('guess', '198.51.100.1')).status)
    expect(statuses).toEqual([...Array(PAIR_FREE + 1).fill(401), ...Array(11 - PAIR_FREE).fill(429)])
    const refused = await signIn(RIGHT, '198.51.100.1')
    expect(refused.status).toBe(429)
    expect(refused.wait).toBeGreaterThan(0)
    expect(refused.wait).toBeLessThanOrEqual(15)
    expect((await signIn(RIGHT, '203.0.113.9')).status).toBe(200)
  })

  it.each([
    ['a form', '/api/auth/sign-in/email', 'application/x-www-form-urlencoded', 'email=EMAIL&password=guess'],
    [
      'JSON with spaces',
      '/api/auth/sign-in/email',
      'application/json',
      ' { "password": "guess", "email": "EMAIL" }',
    ],
    ['capitals', '/api/auth/sign-in/email', 'application/json', '{"email":"UPPER","password":"guess"}'],
    [
      'a trailing slash',
      '/api/auth/sign-in/email/',
      'application/json',
      '{"email":"EMAIL","password":"guess"}',
    ],
    [
      'an escaped address',
      '/api/auth/sign-%69n/email',
      'application/json',
      '{"email":"EMAIL","password":"guess"}',
    ],
    [
      'a doubled slash',
      '/api/auth//sign-in/email',
      'application/json',
      '{"email":"EMAIL","password":"guess"}',
    ],
  ])('finds no way round by %s', async (_, path, type, template) => {
    const body = template.replace('EMAIL', email).replace('UPPER', email.toUpperCase())
    const statuses = []
    for (let guess = 0; guess < PAIR_FREE + 3; guess++) {
      const headers = {
        'content-type': type,
        origin: 'http://localhost:3000',
        'x-forwarded-for': '198.51.100.9',
      }
      statuses.push((await product.call(path, { method: 'POST', headers, body })).status)
    }
    // 404: no route of ours.
    expect(statuses.filter((status) => status !== 429 && status !== 404).length).toBeLessThanOrEqual(
      PAIR_FREE + 1,
    )
    // The same count as for the usual spelling, wherever a password was checked.
    if (statuses.includes(401)) expect((await signIn(RIGHT, '198.51.100.9')).status).toBe(429)
  })

  it('is not let through by a hundred guesses at once', async () => {
    const all = await Promise.all(Array.from({ length: 100 }, () => signIn('guess', '198.51.100.2')))
    expect(all.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(PAIR_FREE + 1)
    expect(all.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(99 - PAIR_FREE)
  })

  it('who tries one password on everybody is stopped, and others sign in', async () => {
    for (let person = 0; person < ADDRESS_MAX; person++)
      await guessAt(`person-${person}@example.com`, '198.51.100.3')
    expect((await signIn('Summer2026!!', '198.51.100.3')).status).toBe(429)
    expect((await signIn(RIGHT, '203.0.113.9')).status).toBe(200)
  })

  it('learns nothing: an account that does not exist is answered and limited as one that does', async () => {
    const answers = async (as: string, from: string) => {
      const all = []
      for (let guess = 0; guess < 8; guess++) {
        const { status, response } = await signIn('guess', from, { as })
        all.push([status, (await response.text()).replace(/\d+ seconds/, 'N seconds')])
      }
      return all
    }
    expect(await answers(email, '198.51.100.4')).toEqual(await answers('nobody@example.com', '198.51.100.5'))
    const { rows } = await product.owner.query('SELECT key FROM rate_limit')
    expect(JSON.stringify(rows)).not.toMatch(/example\.com/)
  })
})

describe('many addresses', () => {
  it('72 guesses at one account from 8 addresses: few are checked, then one at a time', async () => {
    const statuses = []
    for (let round = 0; round < 9; round++)
      for (let host = 0; host < 8; host++)
        statuses.push((await signIn('guess', `198.51.100.${10 + host}`)).status)
    const checked = statuses.filter((status) => status === 401).length
    // The 21st begins the first wait, of 2 s: a slow machine may see a few of them end.
    expect(checked).toBeGreaterThanOrEqual(ACCOUNT_FREE)
    expect(checked).toBeLessThanOrEqual(ACCOUNT_FREE + 8)
  })

  it('cannot keep out a browser that has signed in before, for any time', async () => {
    const { known } = await signIn(RIGHT, '203.0.113.9')
    expect(known).toMatch(/^payonce_known_browser=[\w-]{43}\.[\w-]{43}$/)
    for (let host = 0; host < 30; host++) await guessAt(email, `198.51.100.${100 + host}`)
    // However slow this machine is, the wait has not ended yet.
    await product.owner.query(
      `UPDATE rate_limit SET expire = expire + 600000 WHERE key LIKE 'sign-in-wait:%'`,
    )
    // A new browser waits a minute at most; the known one does not, in whatever network.
    expect((await signIn(RIGHT, '203.0.113.77')).status).toBe(429)
    expect((await signIn(RIGHT, '203.0.113.78', { cookie: known ?? '' })).status).toBe(200)
    // Its cookie is for this account alone, and a forged one is none.
    const forged = `${known?.slice(0, -3)}AAA`
    expect((await signIn(RIGHT, '203.0.113.79', { cookie: forged })).status).toBe(429)
    // Known, it may still not guess for ever.
    const guesses = []
    for (let guess = 0; guess < 8; guess++)
      guesses.push((await signIn('guess', '203.0.113.80', { cookie: known ?? '' })).status)
    expect(guesses.slice(PAIR_FREE + 1)).toEqual([429, 429])
  })
})

test('an operator who mistypes three times signs in, and the count is forgotten', async () => {
  for (let day = 0; day < 2; day++) {
    for (let typo = 0; typo < 3; typo++) expect((await signIn('typo', '203.0.113.1')).status).toBe(401)
    expect((await signIn(RIGHT, '203.0.113.1')).status).toBe(200)
  }
})

test('the counts outlive the process: a new one goes on where the old one was', async () => {
  const newLimits = () =>
    new SignInLimits({ pool: product.deps.pool, secret: 'a secret', onRefusal: () => undefined })
  const who = { email, address: '198.51.100.50', cookie: null }
  for (let guess = 0; guess <= PAIR_FREE; guess++) expect((await newLimits().begin(who)).allowed).toBe(true)
  expect(await newLimits().begin(who)).toMatchObject({ allowed: false })
})

test('with the database away each process counts by itself', async () => {
  const away = new pg.Pool({ host: '127.0.0.1', port: 1, connectionTimeoutMillis: 200 })
  const refused: string[] = []
  const limits = new SignInLimits({
    pool: away,
    secret: 'a secret',
    onRefusal: (limit) => refused.push(limit),
  })
  const who = { email, address: '198.51.100.51', cookie: null }
  for (let guess = 0; guess <= PAIR_FREE; guess++) expect((await limits.begin(who)).allowed).toBe(true)
  expect(await limits.begin(who)).toMatchObject({ allowed: false })
  expect(refused).toEqual(['sign-in-pair'])
  await away.end()
})

test('waits double, up to their most', () => {
  expect([1, 5, 6, 7, 8, 12, 13, 1_000].map(waitForPair)).toEqual([0, 0, 15, 30, 60, 900, 900, 900])
  expect([1, 20, 21, 22, 26, 27, 1_000].map(waitForAccount)).toEqual([0, 0, 2, 4, 60, 60, 60])
})

test('the other requests of /api/auth have a limit for each address', async () => {
  const limited = await openTestProduct({ PAYONCE_TRUSTED_HOPS: '1', PAYONCE_SHOPPER_RATE_PER_MINUTE: '60' })
  const ask = async (from: string) =>
    (
      await limited.call('/api/auth/sign-out', {
        method: 'POST',
        headers: { origin: 'http://localhost:3000', 'x-forwarded-for': from },
      })
    ).status
  const statuses = []
  for (let calls = 0; calls < 31; calls++) statuses.push(await ask('198.51.100.60'))
  expect(statuses).toEqual([...Array(30).fill(200), 429])
  expect(await ask('198.51.100.61')).toBe(200)
  await limited.close()
})

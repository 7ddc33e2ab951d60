import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { openPool } from '@/platform/db'
import { freePort } from '@/setup/process/port'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { type LabBank, startLabBank } from '../../../lab/bank/server'
import type { Gateway } from '../gateway'
import { gatewayContract } from '../gateway.contract'
import { oneRequest } from '../testing/gateway-harness'
import { SimulatedBank } from './bank'
import { CARDS, feeFor } from './cards'
import { httpGateway } from './client'
import { dispute, loseDispute, winDispute } from './disputes'
import { simulatorGateway } from './gateway'

const TIMEOUT_MS = 300

let database: TestDatabase
let pool: pg.Pool
let away: pg.Pool
let owner: pg.Pool
let server: LabBank
let bank: SimulatedBank
let gateway: Gateway
let hasty: Gateway
let key: string

beforeAll(async () => {
  database = await testDatabase()
  pool = openPool(database.bankUrl, { max: 10, name: 'bank-test' })
  owner = openPool(database.url, { max: 1, name: 'bank-owner' })
  away = openPool(database.bankUrl.replace(/:\d+\//, ':1/'), { max: 1, name: 'away' })
  server = await startLabBank({ databaseUrl: database.url })
  bank = new SimulatedBank(pool)
  gateway = simulatorGateway({ bank, timeoutMs: 10_000 })
  hasty = simulatorGateway({ bank, timeoutMs: TIMEOUT_MS })
})
afterAll(async () => {
  await server.close()
  await Promise.all([pool.end(), away.end(), owner.end()])
  await database.drop()
})
beforeEach(() => {
  key = uuidv7()
})

const charges = async (of: string) =>
  Number(
    (await pool.query('SELECT count(*) FROM gateway_simulator.charge WHERE idempotency_key = $1', [of]))
      .rows[0].count,
  )
const charge = (method: string) =>
  gateway.charge({ key, amountMinor: 2_400n, currency: 'EUR', method, returnUrl: 'https://shop.example' })

const refunded = async (ref: string) =>
  BigInt(
    (await pool.query('SELECT refunded_amount FROM gateway_simulator.charge WHERE id = $1', [ref])).rows[0]
      .refunded_amount,
  )

/** The simulated bank keeps outcomes, and no answers beside them: there is nothing that it could forget alone. */
const HARNESS = {
  forgetAnswers: async () => {},
  chargeElsewhere: async (of: string, token: string) =>
    void (await bank.charge({ key: of, token, amountMinor: 2_400n, currency: 'EUR' })),
  answerChallenge: (actionUrl: string, passed: boolean) =>
    bank.answerChallenge(actionUrl.split('/').at(-1) ?? '', passed),
  disputes: {
    open: (chargeRef: string) => dispute(pool, chargeRef),
    end: (ref: string, as: 'won' | 'lost') => (as === 'won' ? winDispute(pool, ref) : loseDispute(pool, ref)),
  },
  timeoutMs: TIMEOUT_MS,
  charges,
  refunded,
  newKey: () => uuidv7(),
  tokens: {
    approved: 'pm_card_visa',
    declined: 'pm_card_declined',
    challenge: 'pm_card_challenge',
    silentBefore: 'pm_card_timeout_before_charge',
    silentAfter: 'pm_card_timeout_after_charge',
    errorBefore: 'pm_card_error_before_charge',
    errorAfter: 'pm_card_error_after_charge',
    slow: 'pm_card_slow',
  },
  endIsSilent: 'pm_card_capture_timeout',
  lateAuthorisation: async (of: string) =>
    void (await owner.query(
      `UPDATE gateway_simulator.request SET capture_before = now() - interval '1 second' WHERE idempotency_key = $1`,
      [of],
    )),
  slowSettlesMs: (CARDS.pm_card_slow?.delayMs ?? 0) - TIMEOUT_MS + 300,
}

const AUTHORISES = { answers: true, authorises: true } as const

gatewayContract(
  'the simulated bank, in our own process',
  async () => ({
    ...HARNESS,
    ...oneRequest(gateway),
    gateway,
    hasty,
    cut: simulatorGateway({ bank: new SimulatedBank(away), timeoutMs: TIMEOUT_MS }),
  }),
  AUTHORISES,
)

gatewayContract(
  'the simulated bank, over HTTP',
  async () => ({
    ...HARNESS,
    ...oneRequest(httpGateway({ url: server.url, timeoutMs: 10_000 })),
    gateway: httpGateway({ url: server.url, timeoutMs: 10_000 }),
    hasty: httpGateway({ url: server.url, timeoutMs: TIMEOUT_MS }),
    cut: httpGateway({ url: `http://127.0.0.1:${await freePort()}`, timeoutMs: TIMEOUT_MS }),
  }),
  AUTHORISES,
)

describe('the test tokens', () => {
  it.each(Object.entries(CARDS))('%s does what is published', async (token, plan) => {
    const outcome = await (plan.fault ? hasty : gateway).charge({
      key,
      amountMinor: 2_400n,
      currency: 'EUR',
      method: token,
      returnUrl: 'https://shop.example',
    })
    const kind = plan.fault
      ? 'unknown'
      : { approve: 'approved', decline: 'declined', challenge: 'challenge' }[plan.verdict]
    expect(outcome.kind).toBe(kind)
    if (outcome.kind === 'approved')
      expect(outcome).toMatchObject({
        cardLabel: plan.label,
        feeMinor: 36n,
        ref: expect.stringMatching(/^ch_[0-9a-f]{24}$/),
      })
    if (outcome.kind === 'declined')
      expect(outcome).toEqual({ kind: 'declined', code: plan.declineCode, cardLabel: plan.label })
    const reallyCharged = plan.verdict === 'approve' && !plan.fault?.endsWith('before')
    expect(await charges(key)).toBe(reallyCharged ? (plan.twice ? 2 : 1) : 0)
  })

  it.each(['pm_card_unheard_of', '', 'toString', '__proto__', '4242424242424242'])(
    '%j is declined, and charges nothing',
    async (token) => {
      expect(await charge(token)).toMatchObject({ kind: 'declined', code: 'unknown_payment_method' })
      expect(await charges(key)).toBe(0)
    },
  )

  it('G4 pm_card_charged_twice charges twice under one key, and answers with the first for ever', async () => {
    const outcome = await charge('pm_card_charged_twice')
    const { rows } = await pool.query('SELECT id FROM gateway_simulator.charge WHERE idempotency_key = $1', [
      key,
    ])
    expect(rows).toHaveLength(2)
    expect(rows.map(({ id }) => id)).toContain(outcome.kind === 'approved' && outcome.ref)
    expect([await charge('pm_card_charged_twice'), await gateway.find(key)]).toEqual([outcome, outcome])
    expect(await charges(key)).toBe(2)
  })
})

describe('a challenge', () => {
  const challenged = async () => {
    const outcome = await charge('pm_card_challenge')
    if (outcome.kind !== 'challenge') throw new Error('expected a challenge')
    return outcome.actionUrl.split('/').at(-1) as string
  }

  it('charges nothing while the shopper has not answered, and asks the same again', async () => {
    const id = await challenged()
    expect(await challenged()).toBe(id)
    expect(await gateway.find(key)).toMatchObject({ kind: 'challenge' })
    expect(await charges(key)).toBe(0)
  })

  it('confirmed charges once, and the key tells so from then on', async () => {
    expect(await bank.answerChallenge(await challenged(), true)).toBe(true)
    expect(await gateway.find(key)).toMatchObject({ kind: 'approved', amountMinor: 2_400n })
    expect(await charge('pm_card_challenge')).toMatchObject({ kind: 'approved' })
    expect(await charges(key)).toBe(1)
  })

  it('refused declines', async () => {
    expect(await bank.answerChallenge(await challenged(), false)).toBe(true)
    expect(await gateway.find(key)).toMatchObject({ kind: 'declined', code: 'not_confirmed' })
    expect(await charges(key)).toBe(0)
  })

  it.each([
    [true, false],
    [false, true],
    [true, true],
  ])('answered twice (%s, then %s): the first answer stands', async (first, second) => {
    const id = await challenged()
    expect([await bank.answerChallenge(id, first), await bank.answerChallenge(id, second)]).toEqual([
      true,
      false,
    ])
    expect(await gateway.find(key)).toMatchObject({ kind: first ? 'approved' : 'declined' })
    expect(await charges(key)).toBe(first ? 1 : 0)
  })

  it('answered by ten at once charges once', async () => {
    const id = await challenged()
    const answers = await Promise.all(Array.from({ length: 10 }, () => bank.answerChallenge(id, true)))
    expect(answers.filter(Boolean)).toHaveLength(1)
    expect(await charges(key)).toBe(1)
  })

  const minutesOld = (minutes: number) =>
    owner.query(
      `UPDATE gateway_simulator.request SET created_at = now() - $2 * interval '1 minute' WHERE idempotency_key = $1`,
      [key, minutes],
    )

  it.each([
    [14, 'challenge', true],
    [16, 'declined', false],
  ] as const)(
    'abandoned for %d minutes: %s at the next look-up, and for good',
    async (minutes, kind, answerable) => {
      const id = await challenged()
      await minutesOld(minutes)
      expect((await gateway.find(key)).kind).toBe(kind)
      expect(await bank.answerChallenge(id, true)).toBe(answerable)
      expect((await gateway.find(key)).kind).toBe(answerable ? 'approved' : 'declined')
      expect(await charges(key)).toBe(answerable ? 1 : 0)
    },
  )

  it('answered after its time, before anybody looked, charges nothing', async () => {
    const id = await challenged()
    await minutesOld(16)
    expect(await bank.answerChallenge(id, true)).toBe(false)
    expect([(await gateway.find(key)).kind, await charges(key)]).toEqual(['declined', 0])
  })

  it('that nobody asked cannot be answered', async () => {
    expect(await bank.answerChallenge('chl_made_up', true)).toBe(false)
  })
})

describe('the fee', () => {
  it.each([
    [1n, 0n],
    [33n, 0n],
    [34n, 1n],
    [100n, 2n],
    [2_400n, 36n],
    [9_007_199_254_740_991n, 135_107_988_821_115n],
  ])('of %d is %d: 1.5 %%, half up', (amount, fee) => {
    expect(feeFor(amount)).toBe(fee)
  })
})

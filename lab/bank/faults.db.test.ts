import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { type ChargeOutcome, findCharge, settle, charge as toCharge } from '@/payments/charge'
import type { Gateway } from '@/payments/gateway'
import { httpGateway } from '@/payments/simulator/client'
import type { BegunPayment } from '@/payments/store'
import { openPool } from '@/platform/db'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { readJournal } from './journal'
import { FAULTS, type Fault, type FaultOrder } from './script'
import { type LabBank, startLabBank } from './server'

/** Every fault, through HTTP as the product meets it: the outcome that the product sees, and what the bank really did. */
const TIMEOUT_MS = 300

let database: TestDatabase
let owner: pg.Pool
let folder: string
let journal: string
let bank: LabBank
let gateway: Gateway
/** The same bank, given up soon: for faults that would keep us waiting. */
let hasty: Gateway
let key: string

beforeAll(async () => {
  database = await testDatabase()
  owner = openPool(database.url, { max: 2, name: 'faults-test' })
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-bank-'))
  journal = path.join(folder, 'bank.jsonl')
  bank = await startLabBank({ databaseUrl: database.url, journal })
  gateway = httpGateway({ url: bank.url, timeoutMs: 10_000 })
  hasty = httpGateway({ url: bank.url, timeoutMs: TIMEOUT_MS })
})
afterAll(async () => {
  await bank.close()
  await owner.end()
  await database.drop()
  fs.rmSync(folder, { recursive: true })
})
beforeEach(async () => {
  key = uuidv7()
  await control('DELETE')
})

const control = async (method: string, body?: unknown) => {
  const response = await fetch(`${bank.url}/lab/faults`, {
    method,
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return {
    status: response.status,
    body: (await response.json()) as ReturnType<LabBank['script']['report']> & { error?: string },
  }
}
const order = (fault: Fault, more: Partial<FaultOrder> = {}) => control('POST', { fault, key, ...more })
const seen = async (fault: Fault) => (await control('GET')).body.seen[fault] ?? 0
const charges = async () =>
  (
    await owner.query(
      'SELECT id, amount, currency FROM gateway_simulator.charge WHERE idempotency_key = $1 ORDER BY id',
      [key],
    )
  ).rows
const payment = (ageMs: number): BegunPayment => ({
  merchantId: uuidv7(),
  id: key,
  orderId: uuidv7(),
  amount: 2_400n,
  currency: 'EUR',
  method: 'pm_card_visa',
  captureMode: null,
  gatewayKey: key,
  gatewayAccount: null,
  receiptToken: 'r',
  description: null,
  metadata: {},
  createdAt: new Date(),
  ageMs,
  keyAgeMs: ageMs,
})
const waiting = (fault: Fault) => (fault.startsWith('silence') || fault === 'slow' ? hasty : gateway)
const charge = (by = gateway) => toCharge(by, payment(0), 'https://shop.example/checkout/ord_1')
const find = (by = gateway, ageMs = 60_000) => findCharge(by, payment(ageMs))
const statusFor = (outcome: ChargeOutcome) => settle(payment(0), outcome, uuidv7).status

/** Columns: the first outcome, the real number of charges, and how the doubt ends when the bank is asked a minute later. */
const ROWS: [
  name: string,
  fault: Fault,
  more: Partial<FaultOrder>,
  first: string,
  charged: number,
  later: string,
  ends: string,
][] = [
  ['positive control', 'ok', {}, 'approved', 1, 'approved', 'succeeded'],
  ['G9 a decline', 'decline', {}, 'declined', 0, 'declined', 'declined'],
  ['G6 too many requests', '429', {}, 'unknown', 0, 'not-charged', 'not_charged'],
  ['G1 a failure before charging', 'error-before', {}, 'unknown', 0, 'not-charged', 'not_charged'],
  ['G3 a failure after charging', 'error-after', {}, 'unknown', 1, 'approved', 'succeeded'],
  ['G1 F25 silence before charging', 'silence-before', {}, 'unknown', 0, 'not-charged', 'not_charged'],
  ['G2 F25 silence after charging', 'silence-after', {}, 'unknown', 1, 'approved', 'succeeded'],
  ['G10 an answer cut short', 'truncated', {}, 'unknown', 1, 'approved', 'succeeded'],
  ['a slow answer in time', 'slow', { ms: 50 }, 'approved', 1, 'approved', 'succeeded'],
  [
    'G7 an answer after our time-out',
    'slow',
    { ms: TIMEOUT_MS + 100 },
    'unknown',
    1,
    'approved',
    'succeeded',
  ],
  ['G4 charged twice', 'twice', {}, 'approved', 2, 'approved', 'succeeded'],
  ['G8 another amount', 'wrong-amount', {}, 'contradiction', 1, 'contradiction', 'unknown'],
  ['G8 another currency', 'wrong-currency', {}, 'contradiction', 1, 'contradiction', 'unknown'],
  ['N9 the line is cut before the bank has heard', 'refuse', {}, 'unknown', 0, 'not-charged', 'not_charged'],
]

describe('each fault of a charge', () => {
  it.each(ROWS)('%s (%s)', async (_, fault, more, first, charged, later, ends) => {
    const before = await seen(fault)
    await order(fault, more)
    const outcome = await charge(more.ms === 50 ? gateway : waiting(fault))
    expect(outcome.kind).toBe(first)
    if (outcome.kind === 'unknown') expect(outcome.reason).toMatch(/./)
    await expect.poll(async () => (await charges()).length).toBe(charged)
    const found = await find()
    expect([found.kind, statusFor(found)]).toEqual([later, ends])
    expect((await seen(fault)) - before).toBe(1)
  })

  it('G5 F24 a key that the bank has forgotten: the late look-up proves nothing, and nothing is sent again', async () => {
    await order('forgets', { ms: 20 })
    expect((await charge()).kind).toBe('approved')
    await expect.poll(() => seen('forgets')).toBe(1)
    const late = await find(gateway, 86_400_000)
    expect([late.kind, statusFor(late)]).toEqual(['contradiction', 'unknown'])
    expect((await toCharge(gateway, payment(86_400_000), 'https://shop.example/checkout/ord_1')).kind).toBe(
      'contradiction',
    )
    expect(await charges()).toHaveLength(1)
    // Sent to such a bank again, the same key charges a second time, which the rule prevents.
    expect((await charge()).kind).toBe('approved')
    expect(await charges()).toHaveLength(2)
  })

  it('every fault of the script is in this table', () => {
    expect(new Set([...ROWS.map(([, fault]) => fault), 'forgets'])).toEqual(new Set(FAULTS))
  })

  it.each(['429', 'error-before', 'silence-before', 'refuse'] as const)(
    'G6 after %s the same key is charged once, when it is sent again',
    async (fault) => {
      await order(fault)
      await charge(waiting(fault))
      expect([(await charge()).kind, (await charge()).kind]).toEqual(['approved', 'approved'])
      expect(await charges()).toHaveLength(1)
    },
  )

  it('G11 a bank that is down: doubt, then the truth when it is back', async () => {
    const { port } = new URL(bank.url)
    await charge()
    await bank.close()
    expect((await find()).kind).toBe('unknown')
    bank = await startLabBank({ databaseUrl: database.url, journal, port: Number(port) })
    expect((await find()).kind).toBe('approved')
    expect(await charges()).toHaveLength(1)
  })
})

describe('each fault of a refund', () => {
  const refund = (ref: string, by = gateway) =>
    by.refund({ key: `re-${key}`, ref, amountMinor: 2_400n, currency: 'EUR' })
  const refunds = async (ref: string) =>
    (await owner.query('SELECT FROM gateway_simulator.refund WHERE charge_id = $1', [ref])).rowCount

  it.each<[Fault, string, number]>([
    ['ok', 'refunded', 1],
    ['429', 'unknown', 0],
    ['error-before', 'unknown', 0],
    ['error-after', 'unknown', 1],
    ['silence-before', 'unknown', 0],
    ['silence-after', 'unknown', 1],
    ['truncated', 'unknown', 1],
    ['slow', 'refunded', 1],
    ['refuse', 'unknown', 0],
  ])('%s: %s, and asked again it was given back once', async (fault, first, given) => {
    const charged = await charge()
    const ref = charged.kind === 'approved' ? charged.ref : ''
    await order(fault, { key: `re-${key}`, on: 'refund' })
    expect((await refund(ref, fault === 'slow' ? gateway : waiting(fault))).kind).toBe(first)
    expect(await refunds(ref)).toBe(given)
    expect([(await refund(ref)).kind, (await refund(ref)).kind]).toEqual(['refunded', 'refunded'])
    expect(await refunds(ref)).toBe(1)
  })
})

describe('each fault of the end of an authorisation', () => {
  it.each<[Fault, 'capture' | 'release', string, number]>([
    ['ok', 'capture', 'captured', 1],
    ['error-before', 'capture', 'unknown', 0],
    ['error-after', 'capture', 'unknown', 1],
    ['truncated', 'capture', 'unknown', 1],
    ['error-after', 'release', 'unknown', 0],
    ['refuse', 'release', 'unknown', 0],
  ])('%s at a %s: %s, and asked again it has ended once', async (fault, verb, first, captured) => {
    const reserved = await toCharge(
      gateway,
      { ...payment(0), captureMode: 'manual' },
      'https://shop.example/checkout/ord_1',
    )
    const ref = reserved.kind === 'authorised' ? reserved.ref : ''
    const end = async () =>
      (
        await gateway.authorisations?.[verb]({
          key,
          ref,
          amountMinor: 2_400n,
          captureMinor: 2_400n,
          currency: 'EUR',
        })
      )?.kind
    await order(fault, { on: 'end' })
    expect(await end()).toBe(first)
    expect((await control('GET')).body.struck).toContain(key)
    expect(await charges()).toHaveLength(captured)
    const ended = verb === 'capture' ? 'captured' : 'released'
    expect([await end(), await end()]).toEqual([ended, ended])
    expect(await charges()).toHaveLength(verb === 'capture' ? 1 : 0)
  })
})

describe('each fault of a look-up', () => {
  it.each(['429', 'error-before', 'error-after', 'silence-before', 'truncated', 'refuse'] as const)(
    '%s while looking is doubt, and never "not charged"',
    async (fault) => {
      await charge()
      await order(fault, { on: 'find' })
      expect((await find(waiting(fault))).kind).toBe('unknown')
      expect((await find()).kind).toBe('approved')
    },
  )

  it.each(['429', 'truncated', 'silence-before', 'refuse'] as const)(
    '%s while listing is doubt',
    async (fault) => {
      await order(fault, { on: 'list', key: null })
      const list = (by = gateway) =>
        by.charges({ since: new Date(Date.now() - 60_000), after: null, limit: 10 })
      expect((await list(waiting(fault))).kind).toBe('unknown')
      expect((await list()).kind).toBe('page')
    },
  )
})

describe('the script', () => {
  it('a fault by key is for that key alone, and comes before one for any key', async () => {
    await order('decline')
    await control('POST', [{ fault: '429', next: 2 }])
    expect((await charge()).kind).toBe('declined')
    key = uuidv7()
    expect([(await charge()).kind, (await charge()).kind, (await charge()).kind]).toEqual([
      'unknown',
      'unknown',
      'approved',
    ])
    expect((await control('GET')).body.waiting).toEqual([])
  })

  it('what has not happened is not counted: a charge that was declined cannot be lost after charging', async () => {
    const before = await seen('error-after')
    await order('error-after')
    await toCharge(
      gateway,
      { ...payment(0), method: 'pm_card_declined' },
      'https://shop.example/checkout/ord_1',
    )
    expect(await seen('error-after')).toBe(before)
    expect((await control('GET')).body.struck).not.toContain(key)
  })

  it.each([
    ['an unknown fault', { fault: 'gremlins' }],
    ['a refund charged twice', { fault: 'twice', on: 'refund' }],
    ['a word of its own', { fault: 'ok', when: 'later' }],
    ['none at all', { fault: 'ok', next: 0 }],
  ])('%s is refused', async (_, body) => {
    expect(await control('POST', body)).toMatchObject({ status: 400, body: { error: expect.any(String) } })
    expect((await control('GET')).body.waiting).toEqual([])
  })
})

describe('the journal', () => {
  const lines = () => readJournal(fs.readFileSync(journal, 'utf8'))
  const moved = async () =>
    (
      await owner.query(
        'SELECT id FROM gateway_simulator.charge UNION ALL SELECT id FROM gateway_simulator.refund ORDER BY 1',
      )
    ).rows.map(({ id }) => id as string)

  it('has every charge and refund that really happened, once', async () => {
    await order('twice')
    await charge()
    await charge()
    expect(
      lines()
        .map(({ ref }) => ref)
        .toSorted(),
    ).toEqual(await moved())
    expect(lines().filter((line) => line.key === key)).toMatchObject([
      { kind: 'charge', amountMinor: '2400', currency: 'EUR' },
      { kind: 'charge', amountMinor: '2400', currency: 'EUR' },
    ])
  })

  it('has them before the request is answered', async () => {
    await order('silence-after')
    const asked = charge(hasty)
    await expect.poll(() => seen('silence-after')).toBeGreaterThan(0)
    await expect.poll(() => lines().filter((line) => line.key === key).length).toBe(1)
    expect((await asked).kind).toBe('unknown')
  })

  it('killed before the line was whole, it is made whole at the next start', async () => {
    await charge()
    await bank.close()
    const text = fs.readFileSync(journal, 'utf8')
    fs.writeFileSync(journal, text.slice(0, -20))
    expect(
      lines()
        .map(({ ref }) => ref)
        .toSorted(),
    ).not.toEqual(await moved())
    bank = await startLabBank({ databaseUrl: database.url, journal, port: Number(new URL(bank.url).port) })
    expect(
      lines()
        .map(({ ref }) => ref)
        .toSorted(),
    ).toEqual(await moved())
  })
})

import { claimRows, partsOf } from '@payonce/idempotency/sql'
import { describe, expect, it } from 'vitest'
import type { ChargeOutcome } from '@/payments/charge'
import { type ChargeRequest, DECLINE_CODES, type Gateway, type Outcome } from '@/payments/gateway'
import type { BegunPayment } from '@/payments/store'
import type { Db } from '@/platform/db'
import { sql } from '@/platform/db'
import { type PayDeps, payOperation } from './pay'
import { shopperAnswers } from './shopper-answers'

/** The operation's pure parts, without a database and without a bank: whoever touches one of them fails the test. */
const nobody = new Proxy({}, { get: () => () => expect.unreachable('a pure step touched the outside') })
let ids = 0
const deps: PayDeps = {
  name: 'checkout.pay',
  db: nobody as Db,
  gateway: nobody as Gateway,
  newId: () => `00000000-0000-7000-8000-${String(++ids).padStart(12, '0')}`,
  baseUrl: 'https://shop.example',
  newReceiptToken: () => 'receipt-token',
  now: () => new Date('2026-11-24T12:00:00Z'),
  answers: shopperAnswers,
}
const pay = payOperation(deps)

const payment: BegunPayment = {
  merchantId: '018f0000-0000-7000-8000-00000000000a',
  id: '018f0000-0000-7000-8000-00000000000b',
  orderId: '018f0000-0000-7000-8000-00000000000c',
  amount: 2_400n,
  currency: 'EUR',
  method: 'pm_card_visa',
  captureMode: null,
  gatewayKey: '018f0000-0000-7000-8000-00000000000b',
  gatewayAccount: null,
  receiptToken: 'receipt-token',
  description: null,
  metadata: {},
  createdAt: new Date('2026-11-24T11:59:59Z'),
  ageMs: 1_000,
  keyAgeMs: 1_000,
}
const approved: ChargeOutcome = { kind: 'approved', ref: 'ch_1', feeMinor: 36n, cardLabel: 'Visa •••• 4242' }

describe('finish: from what the bank said to the answer and its writes', () => {
  it.each<[string, ChargeOutcome, { status: number; problem: string | null }, string[]]>([
    [
      'approved',
      approved,
      { status: 200, problem: null },
      ['payment', 'outbox-event', 'ledger-transaction', 'ledger-entries', 'order'],
    ],
    [
      'declined',
      { kind: 'declined', code: 'expired_card', cardLabel: 'Visa •••• 0069' },
      { status: 402, problem: 'payment-declined' },
      ['payment', 'outbox-event'],
    ],
    [
      'not charged',
      { kind: 'not-charged' },
      { status: 502, problem: 'not-charged' },
      ['payment', 'outbox-event'],
    ],
  ])('%s is an end, stored in one commit', (_, outcome, answer, writes) => {
    const next = pay.finish(payment, outcome)
    expect(next).toMatchObject({ to: 'completed', answer })
    expect(next.writes.map((write) => write.name)).toEqual(writes)
    expect(next.writes.every((write) => write.rows >= 1)).toBe(true)
  })

  it('doubt has no answer, moves no money, and is asked about again', () => {
    const next = pay.finish(payment, { kind: 'unknown', reason: 'silence' })
    expect(next).toMatchObject({ to: 'unknown', answer: null, retryInMs: 1_000 })
    expect(next.writes.map((write) => write.name)).toEqual(['payment'])
  })

  it.each<[string, object]>([
    ['for another amount', { amountMinor: 2_401n }],
    ['in another currency', { currency: 'USD' }],
  ])('G8 approved %s is parked for a person, without an answer, and moves no money', async (_, changes) => {
    const wrong = { ...approved, amountMinor: 2_400n, currency: 'EUR', ...changes } as Outcome
    const gateway = { remembersForMs: 86_400_000, settlesWithinMs: 18_000, charge: async () => wrong }
    const asking = payOperation({ ...deps, gateway: gateway as unknown as Gateway })
    const next = asking.finish(payment, await asking.ask(payment))
    expect(next).toMatchObject({ to: 'parked', answer: null, reason: expect.stringContaining('ch_1') })
    expect(next.writes.map((write) => write.name)).toEqual(['payment'])
  })

  it('a challenge waits with where to go, and brings the shopper back to their order', () => {
    const next = pay.finish(payment, { kind: 'challenge', actionUrl: '/bank/1' })
    expect(next).toMatchObject({ to: 'unknown', answer: { status: 200, problem: null } })
    expect(JSON.parse(next.answer?.body ?? '')).toMatchObject({
      payment: { status: 'requires_action', paidAt: null },
      actionUrl: '/bank/1?return=%2Fcheckout%2Ford_018f000000007000800000000000000c%3Ffrom%3Dbank',
    })
  })

  it('a bank with a page of its own has its way back from the order alone, and its URL stays as it is', async () => {
    const asked: ChargeRequest[] = []
    const challenge = { kind: 'challenge', actionUrl: 'https://bank.example/3ds?a=1' } as const
    const gateway = {
      remembersForMs: 86_400_000,
      settlesWithinMs: 18_000,
      charge: async (request: ChargeRequest) => {
        asked.push(request)
        return challenge
      },
    }
    const asking = payOperation({ ...deps, gateway: gateway as unknown as Gateway })
    const next = asking.finish(payment, await asking.ask(payment))
    expect(asked).toMatchObject([
      { returnUrl: 'https://shop.example/checkout/ord_018f000000007000800000000000000c?from=bank' },
    ])
    expect(JSON.parse(next.answer?.body ?? '')).toMatchObject({ actionUrl: challenge.actionUrl })
  })

  it.each(DECLINE_CODES)('the decline %s has words, and they say that nothing was charged', (code) => {
    const { answer } = pay.finish(payment, { kind: 'declined', code, cardLabel: 'Visa' })
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({
      detail: expect.stringMatching(/Nothing was charged\. (Try|Check)/),
      facts: { declineCode: code },
    })
  })

  it('the answer of a paid order says what was paid, when, and where its receipt is', () => {
    const { answer } = pay.finish(payment, approved)
    expect(JSON.parse(answer?.body ?? '')).toEqual({
      payment: {
        id: 'pay_018f000000007000800000000000000b',
        status: 'succeeded',
        amount: 2_400,
        currency: 'EUR',
        cardLabel: 'Visa •••• 4242',
        paidAt: '2026-11-24T12:00:00.000Z',
      },
      receiptUrl: '/receipt/receipt-token',
      actionUrl: null,
    })
  })

  it('doubt is looked at again soon, then ever less often, at most a minute apart', () => {
    const pauses = [0, 1_000, 40_000, 3_600_000].map((ageMs) =>
      pay.finish({ ...payment, ageMs }, pay.doubt('x')),
    )
    expect(pauses.map((next) => (next.to === 'unknown' ? next.retryInMs : null))).toEqual([
      1_000, 1_000, 10_000, 60_000,
    ])
  })
})

describe('begin', () => {
  it('is one write that carries no amount: the order says what it costs', () => {
    const ids = { merchantId: payment.merchantId, recordId: 'record', subjectId: payment.id }
    const begin = pay.begin(
      { merchantId: payment.merchantId, orderId: payment.orderId, version: 7, paymentMethod: 'pm_card_visa' },
      ids,
      claimRows('claim'),
    )
    const statement = sql`WITH ${partsOf(begin)} begun AS (${begin.sql}) SELECT * FROM begun`
    expect(statement.sql.replace(/\s+/g, ' ')).toContain(
      'o.amount, o.currency, o.version AS order_version FROM claim c JOIN orders o',
    )
    expect(begin.set?.row).toMatchObject({
      order_id: payment.orderId,
      version: 7,
      method: 'pm_card_visa',
      gateway_key: payment.id,
      receipt_token: 'receipt-token',
    })
    expect(Object.keys(begin.set?.row ?? {}).filter((name) => /amount|currency/.test(name))).toEqual([])
  })
})

import { describe, expect, test } from 'vitest'
import type { Write } from '@/platform/db'
import { type ChargeOutcome, charge as chargeAt, findCharge, settle } from './charge'
import type { CancelRequest, ChargeRequest, Gateway, Outcome } from './gateway'
import { origins } from './payment'
import type { BegunPayment } from './store'

const PAYMENT: BegunPayment = {
  merchantId: '018f0000-0000-7000-8000-00000000000a',
  id: '018f0000-0000-7000-8000-000000000001',
  orderId: '018f0000-0000-7000-8000-000000000002',
  amount: 2_400n,
  currency: 'EUR',
  method: 'pm_card_visa',
  captureMode: null,
  gatewayKey: '018f0000-0000-7000-8000-000000000001',
  gatewayAccount: null,
  receiptToken: 'receipt',
  description: null,
  metadata: {},
  createdAt: new Date('2026-03-01T12:00:00Z'),
  ageMs: 1_000,
  keyAgeMs: 1_000,
}
const APPROVED: ChargeOutcome = { kind: 'approved', ref: 'ch_1', feeMinor: 36n, cardLabel: 'Visa •••• 4242' }
/** The same as the bank says it: with what it charged. */
const CHARGED: Outcome = {
  kind: 'approved',
  ref: 'ch_1',
  amountMinor: 2_400n,
  currency: 'EUR',
  feeMinor: 36n,
  cardLabel: 'Visa •••• 4242',
}
const DECLINED: ChargeOutcome = { kind: 'declined', code: 'insufficient_funds', cardLabel: 'Visa •••• 9995' }

const charge = (gateway: Gateway, payment: BegunPayment) =>
  chargeAt(gateway, payment, 'https://shop.example/checkout/ord_1')

let ids = 0
const newId = () => `018f0000-0000-7000-8000-1${String(++ids).padStart(11, '0')}`
const gatewayThat = (answers: Partial<Gateway>): Gateway => ({
  name: 'fake',
  mode: 'test',
  settlesWithinMs: 18_000,
  remembersForMs: 86_400_000,
  refund: async () => ({ kind: 'refused', reason: 'x' }),
  charges: async () => ({ kind: 'page', charges: [], next: null }),
  movements: async () => ({ kind: 'unlisted' }),
  dispute: async () => ({ kind: 'absent' }),
  charge: async () => DECLINED,
  find: async () => ({ kind: 'absent' }),
  cancel: async () => ({ kind: 'cancelled' }),
  ...answers,
})
const settled = (outcome: ChargeOutcome, payment = PAYMENT) => settle(payment, outcome, newId)
const named = (writes: Write[], name: string) => writes.filter((write) => write.name === name)
const values = (writes: Write[], name: string) => named(writes, name).flatMap(({ sql }) => sql.values)

const MONEY = ['payment', 'outbox-event', 'ledger-transaction', 'ledger-entries']

describe('settle', () => {
  test.each<[string, ChargeOutcome, string, string[]]>([
    ['approved', APPROVED, 'succeeded', MONEY],
    ['declined', DECLINED, 'declined', ['payment', 'outbox-event']],
    ['not charged', { kind: 'not-charged' }, 'not_charged', ['payment', 'outbox-event']],
    ['a challenge', { kind: 'challenge', actionUrl: '/c' }, 'requires_action', ['payment']],
    ['unknown', { kind: 'unknown', reason: 'silence' }, 'unknown', ['payment']],
    ['a contradiction', { kind: 'contradiction', reason: 'x' }, 'unknown', ['payment']],
  ])('%s', (_, outcome, status, writes) => {
    const result = settled(outcome)
    expect([result.status, result.writes.map((write) => write.name)]).toEqual([status, writes])
  })

  test.each<[string, Partial<Outcome>]>([
    ['for one cent less', { amountMinor: 2_399n }],
    ['for one cent more', { amountMinor: 2_401n }],
    ['in another currency', { currency: 'USD' }],
  ])(
    'G8 approved %s, from the bank to the writes: no money moves, and nothing of it is kept',
    async (_, changes) => {
      const wrong = { ...CHARGED, ...changes } as Outcome
      const gateway = gatewayThat({ charge: async () => wrong, find: async () => wrong })
      for (const outcome of [await charge(gateway, PAYMENT), await findCharge(gateway, PAYMENT)]) {
        const { status, writes } = settled(outcome)
        expect([status, writes.map((write) => write.name)]).toEqual(['unknown', ['payment']])
        for (const foreign of ['ch_1', 'Visa •••• 4242', 36n])
          expect(values(writes, 'payment')).not.toContain(foreign)
      }
    },
  )

  test('moves the payment from its legal origins only, and says that it is one row', () => {
    for (const outcome of [APPROVED, DECLINED]) {
      const { status, writes } = settled(outcome)
      const [move] = named(writes, 'payment')
      expect(move?.rows).toBe(1)
      expect(move?.sql.values).toEqual(
        expect.arrayContaining([status, PAYMENT.merchantId, PAYMENT.id, origins(status).join(',')]),
      )
    }
  })

  test('keeps what the bank said: reference, label, fee', () => {
    expect(values(settled(APPROVED).writes, 'payment')).toEqual(
      expect.arrayContaining(['ch_1', 'Visa •••• 4242', 36n]),
    )
    expect(values(settled(DECLINED).writes, 'payment')).toEqual(
      expect.arrayContaining(['insufficient_funds', 'Visa •••• 9995']),
    )
  })

  test('G8 an answer that was not compared with the payment does not compile', () => {
    // @ts-expect-error the bank's own answer, which may be of another amount
    expect(settled({ kind: 'cancelled' } as Outcome)).toBeUndefined()
  })

  test('posts the whole amount as sold, and the fee apart from what the bank owes', () => {
    expect(values(settled(APPROVED).writes, 'ledger-entries')).toEqual(
      expect.arrayContaining(['gateway_clearing', 2_364n, 'processing_fees', 36n, 'sales', -2_400n]),
    )
    expect(named(settled(APPROVED).writes, 'ledger-entries')[0]?.rows).toBe(3)
  })

  test('a charge without a fee has two lines', () => {
    const entries = named(settled({ ...APPROVED, feeMinor: 0n }).writes, 'ledger-entries')
    expect([entries[0]?.rows, entries[0]?.sql.values.includes('processing_fees')]).toEqual([2, false])
  })

  test.each([APPROVED, DECLINED, { kind: 'not-charged' } as const])('tells of the end: $kind', (outcome) => {
    const { status, writes } = settled(outcome)
    const event = values(writes, 'outbox-event')
    expect(event).toEqual(expect.arrayContaining([`payment.${status}`, PAYMENT.id]))
    const payload = JSON.parse(
      event.find((value) => typeof value === 'string' && value.startsWith('{')) as string,
    )
    const declineCode = outcome.kind === 'declined' ? outcome.code : null
    expect(payload).toEqual({
      payment: 'pay_018f0000000070008000000000000001',
      amount: 2400,
      currency: 'EUR',
      status,
      declineCode,
    })
  })

  test('K7 writes the card’s label, and no other word of the card', () => {
    const all = JSON.stringify(settled(APPROVED).writes, (_, value) =>
      typeof value === 'bigint' ? value.toString() : value,
    )
    expect(all).not.toContain('pm_card_visa')
  })
})

describe('asking the bank', () => {
  test('R6 sends our own row’s key, amount, currency and token', async () => {
    const sent: ChargeRequest[] = []
    const gateway = gatewayThat({
      charge: async (request) => {
        sent.push(request)
        return CHARGED
      },
    })
    await charge(gateway, PAYMENT)
    await charge(gateway, { ...PAYMENT, ageMs: 86_382_000, keyAgeMs: 86_382_000 })
    expect(sent).toEqual(
      Array(2).fill({
        key: PAYMENT.gatewayKey,
        amountMinor: 2_400n,
        currency: 'EUR',
        method: 'pm_card_visa',
        returnUrl: 'https://shop.example/checkout/ord_1',
      }),
    )
  })

  test.each([
    [17_999, 'unknown'],
    [18_000, 'unknown'],
    [18_001, 'not-charged'],
    [86_382_000, 'not-charged'],
    [86_382_001, 'contradiction'],
    [86_400_001, 'contradiction'],
    [90_000_000, 'contradiction'],
  ])(
    'G1 G5 F24 a charge that the bank does not know, %d ms after it was begun, is %s',
    async (ageMs, kind) => {
      expect((await findCharge(gatewayThat({}), { ...PAYMENT, ageMs, keyAgeMs: ageMs })).kind).toBe(kind)
    },
  )

  test('N10 what is not charged is withdrawn first, so that it cannot be any more', async () => {
    const withdrawn: object[] = []
    const gateway = gatewayThat({
      cancel: async (request) => {
        withdrawn.push(request)
        return { kind: 'cancelled' }
      },
    })
    await findCharge(gateway, { ...PAYMENT, ageMs: 18_000 })
    expect(withdrawn).toEqual([])
    await findCharge(gateway, { ...PAYMENT, ageMs: 18_001 })
    expect(withdrawn).toEqual([{ key: PAYMENT.gatewayKey, amountMinor: 2_400n, currency: 'EUR' }])
  })

  test.each([
    [CHARGED, 'approved'],
    [DECLINED as Outcome, 'declined'],
    [{ kind: 'unknown', reason: 'silence' } as Outcome, 'unknown'],
    [{ ...CHARGED, amountMinor: 2_401n } as Outcome, 'contradiction'],
  ])('N10 a charge that came in the meantime stands: %o', async (stands, kind) => {
    expect(
      (await findCharge(gatewayThat({ cancel: async () => stands }), { ...PAYMENT, ageMs: 18_001 })).kind,
    ).toBe(kind)
  })

  test('a challenge that nobody has answered for 20 minutes is withdrawn', async () => {
    const withdrawn: CancelRequest[] = []
    const gateway = gatewayThat({
      find: async () => ({ kind: 'challenge', actionUrl: '/c' }),
      cancel: async (request) => {
        withdrawn.push(request)
        return { kind: 'cancelled' }
      },
    })
    expect((await findCharge(gateway, { ...PAYMENT, ageMs: 1_200_000 })).kind).toBe('challenge')
    expect(withdrawn).toEqual([])
    expect(await findCharge(gateway, { ...PAYMENT, ageMs: 1_200_001 })).toEqual({ kind: 'not-charged' })
    expect(withdrawn).toEqual([{ key: PAYMENT.gatewayKey, amountMinor: 2_400n, currency: 'EUR' }])
  })

  test('N10 a process that wakes after that is told that nothing was charged', async () => {
    expect(await charge(gatewayThat({ charge: async () => ({ kind: 'cancelled' }) }), PAYMENT)).toEqual({
      kind: 'not-charged',
    })
  })

  test('G5 F24 a day later the key is not sent any more', async () => {
    let sent = 0
    const gateway = gatewayThat({ charge: async () => ({ ...DECLINED, sent: ++sent }) as Outcome })
    expect(await charge(gateway, { ...PAYMENT, keyAgeMs: 86_382_001 })).toMatchObject({
      kind: 'contradiction',
    })
    expect(sent).toBe(0)
  })

  test.each([
    [17_999, 86_382_000, 'unknown'],
    [18_001, 86_382_000, 'not-charged'],
    [1_000, 86_382_001, 'contradiction'],
  ])(
    'D14 a payment begun again %d ms ago, whose key is %d ms old, and that the bank does not know, is %s',
    async (ageMs, keyAgeMs, kind) => {
      expect((await findCharge(gatewayThat({}), { ...PAYMENT, ageMs, keyAgeMs })).kind).toBe(kind)
    },
  )

  test.each([
    ['one cent more', { amountMinor: 2_401n }],
    ['another currency', { currency: 'USD' }],
  ])(
    'G8 %s than was asked is a contradiction, told with both amounts, whether charged or looked up',
    async (_, changes) => {
      const wrong = { ...CHARGED, ...changes } as Outcome
      const gateway = gatewayThat({ charge: async () => wrong, find: async () => wrong })
      for (const outcome of [await charge(gateway, PAYMENT), await findCharge(gateway, PAYMENT)])
        expect(outcome).toEqual({
          kind: 'contradiction',
          reason: expect.stringMatching(/ch_1.*2400 EUR/),
          charged: true,
        })
    },
  )

  test.each<Outcome>([CHARGED, DECLINED as Outcome, { kind: 'unknown', reason: 'x' }])(
    'F24 what the bank does know counts at any age: $kind',
    async (outcome) => {
      let asked = 0
      const gateway = gatewayThat({
        find: async () => outcome,
        charge: async () => ({ ...DECLINED, asked: ++asked }) as Outcome,
      })
      for (const ageMs of [0, 90_000_000])
        expect(await findCharge(gateway, { ...PAYMENT, ageMs, keyAgeMs: ageMs })).toEqual(
          outcome.kind === 'approved' ? APPROVED : outcome,
        )
      expect(asked).toBe(0)
    },
  )
})

import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { type Db, openDb, openPool } from '@/platform/db'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { endDispute, openDispute } from '../../../lab/stripe-double/disputes'
import { openStripeHarness, type StripeHarness } from '../../../lab/stripe-double/harness'
import { authoriseElsewhere } from '../../../lab/stripe-double/payouts'
import { type RunningDouble, startStripeDouble } from '../../../lab/stripe-double/server'
import type { BankCharge, CancelRequest, CaptureRequest, ChargeRequest } from '../gateway'
import { gatewayContract } from '../gateway.contract'
import { KEY } from './outcome'

let database: TestDatabase
let pool: pg.Pool
let db: Db
let double: RunningDouble
let harness: StripeHarness
let owner: pg.Pool
let key: string

const RETURN_URL = 'https://shop.example/checkout/ord_1'
const OPTIONS = {
  secretKey: 'sk_test_double',
  timeoutMs: 700,
  perSecond: 1_000,
  forgetAnswers: async () => double.forgetKeys(),
  answerChallenge: (actionUrl: string, passed: boolean) =>
    double.account.answerChallenge(actionUrl.split('/').at(-1) ?? '', passed),
  lateAuthorisation: (intentId: string) => double.account.expire(intentId),
  disputes: {
    open: async (chargeRef: string) => openDispute(double.account, chargeRef).id,
    end: async (ref: string, as: 'won' | 'lost') => {
      const [dispute] = double.account.disputes.filter(({ id }) => id === ref)
      if (dispute) endDispute(double.account, dispute, as)
    },
  },
}

beforeAll(async () => {
  database = await testDatabase()
  pool = openPool(database.appUrl, { max: 8, name: 'stripe-test', waitMs: 30_000 })
  db = openDb(pool)
  double = await startStripeDouble()
  owner = openPool(database.url, { max: 1, name: 'stripe-owner' })
  harness = await openStripeHarness({ ...OPTIONS, db, upstream: double.url })
})
afterAll(async () => {
  await harness.close()
  await double.close()
  await db.$disconnect()
  await Promise.all([pool.end(), owner.end()])
  await database.drop()
})

beforeEach(() => {
  key = uuidv7()
  double.searchLagMs = 0
  double.account.bankMs = 0
  double.account.lateFees = false
})

gatewayContract('Stripe, by its double', async () => harness, { answers: true, authorises: true })

const charge = (method = 'pm_card_visa', changes: Partial<ChargeRequest> = {}) =>
  harness.gateway.charge({
    key,
    amountMinor: 2_400n,
    currency: 'EUR',
    method,
    returnUrl: RETURN_URL,
    ...changes,
  })
const cancel = (changes: Partial<CancelRequest> = {}) =>
  harness.gateway.cancel({ key, amountMinor: 2_400n, currency: 'EUR', ...changes })
const intents = () => double.account.intents.filter((one) => one.metadata[KEY] === key)
const loseTheRow = () => owner.query('DELETE FROM stripe_intent WHERE gateway_key = $1', [key])

/** The charge of this reference in the list, page by page. */
const chargesOf = async (ref: string) => {
  const charges: BankCharge[] = []
  let after: string | null = null
  do {
    const page = await harness.gateway.charges({ since: new Date(Date.now() - 60_000), after, limit: 100 })
    if (page.kind !== 'page') throw new Error(page.reason)
    charges.push(...page.charges)
    after = page.next
  } while (after !== null)
  return charges.filter((one) => one.ref === ref)
}

describe('two intents of one key', () => {
  it('one is charged, and the one of the process that died is never confirmed', async () => {
    const dead = await harness.dying(1)
    await dead.charge({
      key,
      amountMinor: 2_400n,
      currency: 'EUR',
      method: 'pm_card_visa',
      returnUrl: RETURN_URL,
    })
    double.forgetKeys()
    expect((await charge()).kind).toBe('approved')
    expect(intents().map(({ status }) => status)).toEqual(['requires_payment_method', 'succeeded'])
  })

  it('of two that create at once, the one that comes late to claim cancels its own', async () => {
    const sleeper = await harness.stopped(1)
    const request = {
      key,
      amountMinor: 2_400n,
      currency: 'EUR',
      method: 'pm_card_visa',
      returnUrl: RETURN_URL,
    } as const
    const late = sleeper.gateway.charge(request)
    await sleeper.stopped
    const first = await charge()
    double.forgetKeys()
    sleeper.resume()
    expect(await late).toEqual(first)
    expect(intents().map(({ status }) => status)).toEqual(['succeeded', 'canceled'])
  })
})

describe('a database that has lost the row', () => {
  it.each(['charge', 'find', 'cancel'] as const)(
    '%s gives the charge that there was, and charges nothing more',
    async (verb) => {
      const first = await charge()
      await loseTheRow()
      const again = { charge, cancel, find: () => harness.gateway.find(key) }[verb]
      expect([await again(), await harness.charges(key)]).toEqual([first, 1])
    },
  )

  it('search lags: find knows nothing, and the withdrawal that follows it finds the charge', async () => {
    double.searchLagMs = 30_000
    const first = await charge()
    await loseTheRow()
    expect(await harness.gateway.find(key)).toEqual({ kind: 'absent' })
    expect([await cancel(), await harness.gateway.find(key), await harness.charges(key)]).toEqual([
      first,
      first,
      1,
    ])
  })

  it('a decline is still one, and still charges no other card', async () => {
    const first = await charge('pm_card_chargeDeclinedInsufficientFunds')
    await loseTheRow()
    expect([await charge(), await harness.charges(key)]).toEqual([first, 0])
  })
})

describe('law 7: a card that somebody authorised at Stripe itself', () => {
  const listed = async (ref: string) => (await chargesOf(ref)).map(({ amountMinor }) => amountMinor)
  // The list begins at the first intent of ours.
  beforeEach(() => charge())

  it('is no charge: no money has moved', async () => {
    expect(await listed(await authoriseElsewhere(double.account, 900))).toEqual([])
  })

  it('is a charge of what was captured of it', async () => {
    expect(await listed(await authoriseElsewhere(double.account, 900, 500))).toEqual([500n])
  })
})

describe('a fee that comes late', () => {
  it('is doubt until it is there', async () => {
    double.account.lateFees = true
    expect(await charge()).toEqual({ kind: 'unknown', reason: 'Stripe does not know the fee yet' })
    expect([(await harness.gateway.find(key)).kind, (await cancel()).kind]).toEqual(['unknown', 'unknown'])
    double.account.settleFees()
    expect(await harness.gateway.find(key)).toMatchObject({ kind: 'approved', feeMinor: 100n })
    expect(await harness.charges(key)).toBe(1)
  })
})

describe('an authorisation', () => {
  let end: CaptureRequest
  const capture = (captureMinor = 2_400n) => harness.gateway.authorisations?.capture({ ...end, captureMinor })
  const release = () => harness.gateway.authorisations?.release(end)
  const intent = () => intents()[0] as (typeof double.account.intents)[number]

  beforeEach(async () => {
    const outcome = await charge('pm_card_visa', { capture: 'manual' })
    const ref = outcome.kind === 'authorised' ? outcome.ref : ''
    end = { key, ref, amountMinor: 2_400n, captureMinor: 2_400n, currency: 'EUR' }
  })

  it('is one intent that waits to be captured, by Stripe’s own time', async () => {
    const found = await harness.gateway.find(key)
    expect(intents()).toMatchObject([
      {
        status: 'requires_capture',
        capture_method: 'manual',
        latest_charge: end.ref,
        amount_capturable: 2_400,
      },
    ])
    const week = (double.account.charge(end.ref).created + 7 * 86_400) * 1_000
    expect(found.kind === 'authorised' && found.captureBefore.getTime()).toBe(week)
  })

  it('captured in part has the part’s fee, and what Stripe released is no refund', async () => {
    expect(await capture(1_000n)).toMatchObject({ kind: 'captured', amountMinor: 1_000n, feeMinor: 59n })
    expect(double.account.charge(end.ref)).toMatchObject({ amount_captured: 1_000, amount_refunded: 1_400 })
    expect(await chargesOf(end.ref)).toMatchObject([{ amountMinor: 1_000n, refundedMinor: 0n }])
  })

  it('captured or released twice at Stripe itself is refused there', async () => {
    await capture()
    await expect(double.account.capture(intent().id)).rejects.toMatchObject({
      error: { code: 'payment_intent_unexpected_state' },
    })
    await expect(double.account.cancel(intent().id)).rejects.toMatchObject({
      error: { code: 'payment_intent_unexpected_state' },
    })
  })

  it.each(['capture', 'cancel'] as const)(
    'a 500 to a %s is doubt, and stands in nobody’s way',
    async (verb) => {
      const ask = verb === 'capture' ? capture : release
      double.failNext(`/${verb}`)
      expect((await ask())?.kind).toBe('unknown')
      expect((await ask())?.kind).toBe(verb === 'capture' ? 'captured' : 'released')
    },
  )

  it('too many requests: not sent, sent again, captured once', async () => {
    double.refuse(3)
    expect([(await capture())?.kind, await harness.charges(key)]).toEqual(['captured', 1])
  })

  it('whose fee comes late is in doubt until it is there, and is captured once', async () => {
    double.account.lateFees = true
    expect(await capture()).toEqual({ kind: 'unknown', reason: 'Stripe does not know the fee yet' })
    expect([(await capture())?.kind, (await release())?.kind]).toEqual(['unknown', 'unknown'])
    double.account.settleFees()
    expect([await capture(), await harness.charges(key)]).toMatchObject([
      { kind: 'captured', feeMinor: 100n },
      1,
    ])
  })

  it('of which the database has lost the row is found again, and captured', async () => {
    await loseTheRow()
    expect([(await capture())?.kind, await harness.charges(key)]).toEqual(['captured', 1])
  })

  it('of which the row is lost, and which search does not show: doubt, and a withdrawal leaves it as it is', async () => {
    double.searchLagMs = 30_000
    await loseTheRow()
    expect((await capture())?.kind).toBe('unknown')
    expect([(await cancel()).kind, intent().status]).toEqual(['authorised', 'requires_capture'])
    expect((await capture())?.kind).toBe('captured')
  })

  it.each<[string, (one: Wrong) => void]>([
    [
      'another charge',
      ({ one }) => {
        one.latest_charge = 'ch_other'
      },
    ],
    [
      'an intent of another key',
      ({ one }) => {
        one.metadata = { [KEY]: 'another' }
      },
    ],
    [
      'an intent that is charged at once',
      ({ one }) => {
        one.capture_method = 'automatic'
      },
    ],
    [
      'another amount',
      ({ charge }) => {
        charge.amount = 2_500
      },
    ],
    [
      'another amount to capture',
      ({ one }) => {
        one.amount_capturable = 2_500
      },
    ],
    [
      'a charge that is captured already',
      ({ charge }) => {
        charge.captured = true
      },
    ],
    [
      'a status to come',
      ({ one }) => {
        one.status = 'processing'
      },
    ],
  ])('Stripe answers with %s: doubt, and nothing is asked of it', async (_, change) => {
    change({ one: intent(), charge: double.account.charge(end.ref) })
    const asked = double.requests.length
    expect([(await capture())?.kind, (await release())?.kind]).toEqual(['unknown', 'unknown'])
    expect(double.requests.slice(asked).filter((one) => one.startsWith('POST'))).toEqual([])
  })

  it('whose captured amount is told in two ways is doubt', async () => {
    await capture(1_000n)
    intent().amount_received = 2_400
    expect([(await capture())?.kind, (await harness.gateway.find(key)).kind]).toEqual(['unknown', 'unknown'])
  })

  it('that somebody captured in part, or released, at Stripe itself is told so', async () => {
    await double.account.capture(intent().id, 700)
    expect(await release()).toMatchObject({ kind: 'captured', amountMinor: 700n })
    key = uuidv7()
    const other = await charge('pm_card_visa', { capture: 'manual' })
    end = { ...end, key, ref: other.kind === 'authorised' ? other.ref : '' }
    await double.account.cancel(intent().id)
    expect(await capture()).toEqual({ kind: 'released' })
  })
})

type Wrong = {
  one: RunningDouble['account']['intents'][number]
  charge: RunningDouble['account']['charges'][number]
}

describe('a card’s bank that is slow', () => {
  it('holds the intent: a withdrawal waits for it, and what it did stands', async () => {
    double.account.bankMs = 300
    const [charged, withdrawn] = [charge(), untilConfirming().then(() => cancel())]
    expect((await charged).kind).toBe('approved')
    expect([await withdrawn, await harness.charges(key)]).toEqual([await charged, 1])
  })

  it('longer than Stripe lets others wait (lock_timeout): the withdrawal is sent again, and agrees', async () => {
    double.account.bankMs = 1_500
    const [charged, withdrawn] = [charge(), untilConfirming().then(() => cancel())]
    expect((await charged).kind).toBe('approved')
    expect([await withdrawn, await harness.charges(key)]).toEqual([await charged, 1])
  })

  const untilConfirming = async () => {
    while (!double.requests.some((one) => one.endsWith(`${intents()[0]?.id}/confirm`)))
      await new Promise((resolve) => setTimeout(resolve, 5))
  }
})

describe('an answer 500 that Stripe keeps under the key', () => {
  it('of create: the withdrawal ends the doubt at once, and no charge follows once the key is forgotten', async () => {
    double.failNext('payment_intents')
    expect([(await charge()).kind, (await charge()).kind]).toEqual(['unknown', 'unknown'])
    expect([await harness.gateway.find(key), await cancel()]).toEqual([
      { kind: 'absent' },
      { kind: 'cancelled' },
    ])
    double.forgetKeys()
    expect([await charge(), await harness.gateway.find(key), await harness.charges(key)]).toEqual([
      { kind: 'cancelled' },
      { kind: 'cancelled' },
      0,
    ])
  })

  it('of create, told to the withdrawal itself: the next one knows that it is kept', async () => {
    double.failNext('payment_intents')
    expect([(await cancel()).kind, await cancel()]).toEqual(['unknown', { kind: 'cancelled' }])
    expect(await harness.charges(key)).toBe(0)
  })

  it('of confirm: the doubt ends by the withdrawal, whatever the key still answers', async () => {
    double.failNext('/confirm')
    expect([(await charge()).kind, (await charge()).kind]).toEqual(['unknown', 'unknown'])
    expect([await harness.gateway.find(key), await cancel(), await charge()]).toEqual([
      { kind: 'absent' },
      { kind: 'cancelled' },
      { kind: 'cancelled' },
    ])
    expect(await harness.charges(key)).toBe(0)
  })
})

describe('what Stripe does not take', () => {
  it.each([
    ['an amount that is too large', { amountMinor: 100_000_000n }],
    ['a currency whose cents it counts', { currency: 'ISK' }],
  ] as const)('%s is never sent, and its key never charges', async (_, changes) => {
    const before = double.requests.length
    expect([await charge('pm_card_visa', changes), await cancel(changes)]).toEqual(
      Array(2).fill({ kind: 'cancelled' }),
    )
    expect(double.requests).toHaveLength(before)
    expect(await harness.gateway.find(key)).toEqual({ kind: 'cancelled' })
  })

  it('an unknown card is declined, and its intent is cancelled', async () => {
    const first = { kind: 'declined', code: 'unknown_payment_method', cardLabel: 'Unknown card' }
    expect([await charge('pm_made_up'), await charge(), await harness.gateway.find(key)]).toEqual([
      first,
      first,
      first,
    ])
    expect(intents().map(({ status }) => status)).toEqual(['canceled'])
  })
})

it.each([
  ['pm_card_chargeDeclined', 'card_declined'],
  ['pm_card_chargeDeclinedStolenCard', 'card_declined'],
  ['pm_card_chargeDeclinedExpiredCard', 'expired_card'],
  ['pm_card_chargeDeclinedIncorrectCvc', 'incorrect_details'],
  ['pm_card_chargeDeclinedProcessingError', 'try_again'],
])('%s is told as %s', async (method, code) => {
  expect(await charge(method)).toMatchObject({
    kind: 'declined',
    code,
    cardLabel: expect.stringContaining('Visa ••••'),
  })
  expect(intents().map(({ status }) => status)).toEqual(['canceled'])
})

it('a refused 3-D Secure is told as authentication_failed', async () => {
  const challenge = await charge('pm_card_threeDSecure2Required')
  await OPTIONS.answerChallenge(challenge.kind === 'challenge' ? challenge.actionUrl : '', false)
  expect(await harness.gateway.find(key)).toMatchObject({ kind: 'declined', code: 'authentication_failed' })
})

it('too many requests: not sent, sent again, charged once', async () => {
  double.refuse(3)
  expect([(await charge()).kind, await harness.charges(key)]).toEqual(['approved', 1])
})

it('an account that does not know our intent is not ours: doubt, never absent', async () => {
  await charge()
  const other = await startStripeDouble()
  const elsewhere = await openStripeHarness({ ...OPTIONS, db, upstream: other.url })
  expect((await elsewhere.gateway.find(key)).kind).toBe('unknown')
  expect((await elsewhere.gateway.cancel({ key, amountMinor: 2_400n, currency: 'EUR' })).kind).toBe('unknown')
  await Promise.all([elsewhere.close(), other.close()])
})

it('a table that cannot be read is doubt in every verb that needs it', async () => {
  await owner.query('ALTER TABLE stripe_intent RENAME TO away')
  const answers = await Promise.all([charge(), cancel(), harness.gateway.find(key)])
  await owner.query('ALTER TABLE away RENAME TO stripe_intent')
  expect(answers.map(({ kind }) => kind)).toEqual(Array(3).fill('unknown'))
  expect(await harness.charges(key)).toBe(0)
})

describe('the list', () => {
  it('leaves out what was there before us, and names what others do in the account', async () => {
    const other = await startStripeDouble()
    const early = other.account.createIntent({ amount: 100, currency: 'eur', metadata: {} })
    early.created -= 86_400
    await other.account.confirm(early.id, 'pm_card_visa', undefined)
    for (const one of other.account.charges) one.created -= 86_400
    const theirs = other.account.createIntent({ amount: 200, currency: 'eur', metadata: {} })
    await other.account.confirm(theirs.id, 'pm_card_visa', undefined)
    const elsewhere = await openStripeHarness({ ...OPTIONS, db, upstream: other.url })
    expect(await elsewhere.gateway.charges({ since: new Date(0), after: null, limit: 10 })).toMatchObject({
      kind: 'page',
      charges: [{ key: '', amountMinor: 200n, currency: 'EUR' }],
      next: null,
    })
    await Promise.all([elsewhere.close(), other.close()])
  })
})

describe('the double', () => {
  it('refuses a parameter that it does not know', async () => {
    const response = await fetch(`${double.url}/v1/payment_intents`, {
      method: 'POST',
      headers: { authorization: 'Bearer sk_test_1', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'amount=1&currency=eur&payment_method_types[0]=card',
    })
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { error: { code: 'parameter_unknown', param: 'payment_method_types' } },
    ])
  })

  it('sends a shopper from its page back to where the payment said', async () => {
    const challenge = await charge('pm_card_threeDSecure2Required')
    const answer = await fetch(challenge.kind === 'challenge' ? challenge.actionUrl : '', {
      method: 'POST',
      body: new URLSearchParams({ answer: 'pass' }),
      redirect: 'manual',
    })
    expect(answer.headers.get('location')).toBe(
      `${RETURN_URL}?payment_intent=${intents()[0]?.id}&redirect_status=succeeded`,
    )
    expect((await harness.gateway.find(key)).kind).toBe('approved')
  })
})

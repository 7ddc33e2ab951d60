import Stripe from 'stripe'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from 'vitest'
import { readId, uuidv7 } from '@/lib/id'
import type { Gateway } from '@/payments/gateway'
import { StripeCalls } from '@/payments/stripe/calls'
import { stripeGateway } from '@/payments/stripe/gateway'
import { fixedAccounts, type InboxAccount } from '@/payments/stripe/inbox/account'
import { pullMissed } from '@/payments/stripe/inbox/pull'
import {
  type ClaimedEvent,
  claimEvents,
  type EventEnd,
  forgetStripeEvents,
  pauseAfter,
  settleEvents,
} from '@/payments/stripe/inbox/queue'
import { Receiver } from '@/payments/stripe/inbox/receive'
import { intentStore } from '@/payments/stripe/intents'
import { deferred } from '@/payments/testing/gateway-harness'
import { openPool, statementSender } from '@/platform/db'
import { findings, isBroken, OF_MERCHANTS } from '@/platform/integrity'
import { endDispute, openDispute } from '../../../lab/stripe-double/disputes'
import { EventSender } from '../../../lab/stripe-double/event-sender'
import { failRefund, payOut } from '../../../lab/stripe-double/payouts'
import { type RunningDouble, startStripeDouble } from '../../../lab/stripe-double/server'
import { expireAuthorisations } from '../jobs/expire-authorisations'
import { openTestProduct, type TestProduct } from '../testing/product'
import { applyEvents, inboxJobs } from './inbox'
import { stripeWebhooks } from './route'

/** Events of Stripe: what is taken, what is kept, and what becomes of it. On the double of Stripe, over our own HTTP app. */

const SECRET = 'whsec_the_present_one'
const NEXT_SECRET = 'whsec_the_next_one'
const PATH = '/api/webhooks/stripe/main'

let double: RunningDouble
let product: TestProduct
let sender: EventSender
let account: InboxAccount
let bank: Gateway
/** Called before each charge is sent to Stripe, and before its answer is ours. */
let around: { before?: () => Promise<unknown>; after?: () => Promise<unknown> } = {}
let n = 0
/** The card that Stripe gets, whatever our form took. */
let card = 'pm_card_visa'

beforeAll(async () => {
  double = await startStripeDouble()
  const { hostname: host, port } = new URL(double.url)
  const address = { host, port: Number(port), protocol: 'http' as const }
  const calls = new StripeCalls({ secretKey: 'sk_test_double', address, perSecond: 100_000 })
  account = {
    name: 'main',
    merchantId: null,
    mode: 'test',
    stripeId: 'acct_ours',
    secrets: [SECRET, NEXT_SECRET],
    calls,
  }
  const gateway: Gateway = {
    name: 'stripe',
    mode: 'test',
    settlesWithinMs: 0,
    remembersForMs: 86_400_000,
    charge: async (request) => {
      await around.before?.()
      const outcome = await bank.charge({ ...request, method: card })
      await around.after?.()
      return outcome
    },
    find: (key) => bank.find(key),
    cancel: (request) => bank.cancel(request),
    refund: (request) => bank.refund(request),
    charges: (query) => bank.charges(query),
    movements: (query) => bank.movements(query),
    dispute: (ref) => bank.dispute(ref),
    authorisations: {
      capture: (request) => ofBank().capture(request),
      release: (request) => ofBank().release(request),
    },
  }
  product = await openTestProduct({ PAYONCE_GATEWAY_TIMEOUT_MS: '3000' }, undefined, {
    gateway,
    accounts: fixedAccounts([account]),
  })
  bank = stripeGateway({ intents: intentStore(product.deps.db), calls, mode: 'test', timeoutMs: 3_000 })
  sender = new EventSender({ events: double.account.events, to: product.fetch as never, secret: SECRET })
})
const ofBank = () => bank.authorisations as NonNullable<Gateway['authorisations']>
afterAll(async () => {
  await product.close()
  await double.close()
})
beforeEach(() => {
  around = {}
  card = 'pm_card_visa'
})
/** Whatever came before, the books are whole. */
afterEach(async () => {
  await sender.flush({ dropped: 1 })
  await product.owner.query('DELETE FROM stripe_event')
})

const query = async (text: string, values: unknown[] = []) => (await product.owner.query(text, values)).rows
const events = (where = 'true') => query(`SELECT * FROM stripe_event WHERE ${where} ORDER BY created_at, id`)
const pay = () =>
  product.api(
    'POST',
    '/api/v1/payments',
    { amount: 2400, currency: 'EUR', paymentMethod: 'pm_card_visa' },
    { 'idempotency-key': `key-${++n}` },
  )
const idOf = (reply: { body: { id?: string; payment?: string } }) =>
  readId('pay', reply.body.id ?? reply.body.payment ?? '') ?? ''
const statusOf = async (id: string) =>
  (await query('SELECT status FROM payment WHERE id = $1', [id]))[0]?.status
const postings = (id: string) => product.count('captures', `payment_id = '${id}'`)
/** Works on what is due, also on what would be tried again later. */
const work = async () => {
  await query('UPDATE stripe_event SET next_at = now(), lease_until = NULL WHERE next_at IS NOT NULL')
  while ((await applyEvents(product.deps, fixedAccounts([account]))) === 20);
}
const ends = async () => (await events()).map(({ type, state }) => `${type} ${state}`)
/** Ids of the invariants that are broken, but those that compare with the simulated bank's own tables. */
const broken = async () =>
  (await findings(product.deps.db, OF_MERCHANTS, null)).filter(isBroken).map(({ id }) => id)
const lastIntent = () => double.account.intents.at(-1) as (typeof double.account.intents)[number]
/** A charge whose answer is lost, so that the payment is in doubt. */
const inDoubt = async (by = 'pm_card_visa') => {
  card = by
  const find = bank.find
  bank.find = async () => ({ kind: 'unknown', reason: 'not now' })
  const charge = bank.charge
  bank.charge = async (request) => {
    await charge(request)
    return { kind: 'unknown', reason: 'the answer was lost' }
  }
  const reply = await pay()
  card = 'pm_card_visa'
  Object.assign(bank, { find, charge })
  return (await query('SELECT id FROM payment ORDER BY created_at DESC LIMIT 1'))[0]?.id ?? idOf(reply)
}

/** A request as Stripe signs it, with changes. */
interface Sent {
  payload?: string
  at?: number
  secret?: string
  header?: string | null
  path?: string
}
const anEvent = (changes: object = {}) => ({
  id: `evt_${uuidv7().replaceAll('-', '')}`,
  object: 'event',
  type: 'payment_intent.succeeded',
  api_version: '2026-10-28.endive',
  created: Math.floor(Date.now() / 1_000),
  livemode: false,
  data: { object: { id: 'pi_1', object: 'payment_intent', amount: 100, currency: 'eur' } },
  ...changes,
})
const signed = (payload: string, { at = Date.now(), secret = SECRET }: Sent = {}) =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: Math.floor(at / 1_000) })
const send = async (sent: Sent = {}, event: unknown = anEvent()) => {
  const payload = sent.payload ?? JSON.stringify(event)
  const header = sent.header === undefined ? signed(payload, sent) : sent.header
  const answer = await product.call(sent.path ?? PATH, {
    method: 'POST',
    headers: header === null ? {} : { 'stripe-signature': header },
    body: payload,
  })
  return { status: answer.status, text: await answer.text() }
}
const refusedWith = async (sent: Sent, event?: unknown) => {
  const { status, text } = await send(sent, event)
  expect(text).toMatch(/"type":"\/problems\/(validation|too-large|not-found)"/)
  expect(await events()).toEqual([])
  return status
}

describe('what is taken', () => {
  it('case T1: a good signature: one row, 200', async () => {
    expect((await send()).status).toBe(200)
    expect(await events()).toMatchObject([
      {
        account: 'main',
        type: 'payment_intent.succeeded',
        object_id: 'pi_1',
        state: 'received',
        source: 'webhook',
      },
    ])
  })

  it('is answered 200 after one statement, and Stripe is asked nothing', async () => {
    const statements: string[] = []
    const { log, metrics, send: statement } = product.deps
    // All that the route has: accounts, receiver, log and metrics.
    const app = stripeWebhooks({
      accounts: fixedAccounts([account]),
      receiver: new Receiver((one) => {
        statements.push(one.name)
        return statement(one)
      }),
      log,
      metrics,
    })
    const asked = double.requests.length
    const types = ['payment_intent.succeeded', 'charge.dispute.closed', 'payout.paid', 'customer.created']
    for (const [at, type] of types.entries()) {
      const { body, headers } = sender.request(anEvent({ type }))
      const answer = await app.fetch(
        new Request(`http://localhost${PATH}`, { method: 'POST', body, headers }),
      )
      expect([answer.status, statements.length]).toEqual([200, at + 1])
    }
    expect(new Set(statements)).toEqual(new Set(['stripe-event-insert']))
    expect(double.requests.length).toBe(asked)
    expect(await events()).toHaveLength(types.length)
  })

  it('case T2: another secret, a byte changed, JSON with other spaces: 400, no row', async () => {
    const payload = JSON.stringify(anEvent())
    const header = signed(payload)
    expect(await refusedWith({ secret: 'whsec_another' })).toBe(400)
    expect(await refusedWith({ payload: payload.replace('100', '101'), header })).toBe(400)
    expect(await refusedWith({ payload: JSON.stringify(JSON.parse(payload), null, 1), header })).toBe(400)
  })

  it.each([
    ['missing', null],
    ['empty', ''],
    ['v1 empty', `t=${Math.floor(Date.now() / 1_000)},v1=`],
    ['not ASCII', `t=${Math.floor(Date.now() / 1_000)},v1=\u00e9`],
    ['two t', `t=1,t=${Math.floor(Date.now() / 1_000)},v1=${'a'.repeat(64)}`],
    ['no v1', `t=${Math.floor(Date.now() / 1_000)},v0=${'a'.repeat(64)}`],
    ['no t', `v1=${'a'.repeat(64)}`],
    ['t no number', `t=now,v1=${'a'.repeat(64)}`],
    ['too long', `t=${Math.floor(Date.now() / 1_000)},v1=${'a'.repeat(64)}${',v1=b'.repeat(1_000)}`],
  ])('case T3: a header that is %s: 400', async (_, header) => {
    expect(await refusedWith({ header })).toBe(400)
  })

  it('case T3: two equal t, well signed: 400', async () => {
    const payload = JSON.stringify(anEvent())
    expect(await refusedWith({ payload, header: signed(payload).replace(/^t=(\d+)/, 't=$1,t=$1') })).toBe(400)
  })

  it('case T4: signed 310 s ago: 400; 290 s ago: 200', async () => {
    expect(await refusedWith({ at: Date.now() - 310_000 })).toBe(400)
    expect((await send({ at: Date.now() - 290_000 })).status).toBe(200)
  })

  it('case T5: signed a day in the future: 400', async () => {
    expect(await refusedWith({ at: Date.now() + 86_400_000 })).toBe(400)
  })

  it('case T6: two v1, the second right: 200; the second secret of a rotation: 200', async () => {
    const payload = JSON.stringify(anEvent())
    const header = signed(payload).replace('v1=', `v1=${'0'.repeat(64)},v1=`)
    expect((await send({ payload, header })).status).toBe(200)
    expect((await send({ secret: NEXT_SECRET })).status).toBe(200)
    expect(await events()).toHaveLength(2)
  })

  it.each([
    ['null', 'null'],
    ['hello', 'hello'],
    ['nothing', ''],
    ['a list', '[]'],
    ['an event of API version 2', JSON.stringify({ ...anEvent(), object: 'v2.core.event' })],
    ['an event without an object', JSON.stringify({ ...anEvent(), data: {} })],
    ['an id that is none', JSON.stringify({ ...anEvent(), id: 'evt_\u0000' })],
    ['a time that is none', JSON.stringify({ ...anEvent(), created: 1e15 })],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x00]).toString('latin1')],
  ])('case T7: well signed, and %s: 400', async (_, payload) => {
    expect(await refusedWith({ payload })).toBe(400)
  })

  it('case T7: a body over 1 MiB: 413; one of 900 kB: taken', async () => {
    const long = (size: number) => ({ data: { object: { id: 'pi_1', description: 'x'.repeat(size) } } })
    expect(await refusedWith({}, anEvent(long(5_000_000)))).toBe(413)
    expect((await send({}, anEvent(long(900_000)))).status).toBe(200)
    expect(JSON.stringify(await events())).not.toContain('xxx')
  })

  it('case T8: of the other mode, or of another account: 400 and an alert', async () => {
    const alerts = async () =>
      (await product.deps.metrics.alerts.get()).values.find(
        ({ labels }) => labels.operation === 'stripe-webhooks',
      )?.value ?? 0
    const before = await alerts()
    expect(await refusedWith({}, anEvent({ livemode: true }))).toBe(400)
    expect(await refusedWith({}, anEvent({ account: 'acct_theirs' }))).toBe(400)
    expect((await alerts()) - before).toBe(2)
    expect((await send({}, anEvent({ account: 'acct_ours' }))).status).toBe(200)
  })

  it('an account that is not here: 404, another method: 405; nothing is kept', async () => {
    expect(await refusedWith({ path: '/api/webhooks/stripe/other' })).toBe(404)
    expect((await product.call(PATH)).status).toBe(405)
  })

  it('case T9: a type that is of no use: 200, kept as ignored', async () => {
    expect((await send({}, anEvent({ type: 'customer.created' }))).status).toBe(200)
    await work()
    expect(await events()).toMatchObject([{ state: 'ignored', next_at: null, tries: 0 }])
  })

  it('keeps nothing of a person', async () => {
    const object = {
      id: 'ch_1',
      object: 'charge',
      amount: 2400,
      status: 'succeeded',
      billing_details: { name: 'Ada Lovelace', email: 'ada@example.com' },
      description: 'for Ada',
      metadata: { payonce_key: 'k', name: 'Ada' },
    }
    await send({}, anEvent({ type: 'charge.succeeded', data: { object } }))
    const [kept] = await events()
    expect(JSON.stringify(kept)).not.toMatch(/Ada/)
    expect(kept).toMatchObject({ gateway_key: 'k', facts: { amount: 2400, status: 'succeeded' } })
  })

  it('case T20: the database is away: 503, and what is sent again is taken', async () => {
    const nowhere = openPool('postgresql://nobody@127.0.0.1:1/none', { max: 1, name: 'test-nowhere' })
    const { log, metrics } = product.deps
    const app = stripeWebhooks({
      accounts: fixedAccounts([account]),
      receiver: new Receiver(statementSender(nowhere)),
      log,
      metrics,
    })
    const { body, headers } = sender.request(anEvent())
    const request = () => new Request(`http://localhost${PATH}`, { method: 'POST', body, headers })
    const answers = await Promise.all([app.fetch(request()), app.fetch(request())])
    expect(answers.map((one) => [one.status, one.headers.get('retry-after')])).toEqual([
      [503, '5'],
      [503, '5'],
    ])
    await nowhere.end()
    expect(await events()).toEqual([])
    expect((await product.fetch(request())).status).toBe(200)
    expect(await events()).toHaveLength(1)
  })

  it('a burst shares statements: one row for each event, and none twice', async () => {
    let statements = 0
    const receiver = new Receiver((statement) => {
      statements += 1
      return product.deps.send(statement)
    })
    const one = (n: number) => ({
      account: 'main',
      id: `evt_burst${n}`,
      type: 'payment_intent.succeeded',
      objectId: 'pi_1',
      gatewayKey: null,
      createdAt: new Date(),
      facts: {},
      source: 'webhook' as const,
    })
    await receiver.warm()
    expect([statements, await events()]).toEqual([1, []])
    await Promise.all(Array.from({ length: 600 }, (_, n) => receiver.keep(one(n % 300))))
    expect((await events()).length).toBe(300)
    expect(statements).toBeLessThan(10)
  })

  it('more than 512 at once: those beyond are refused before they are read, and as others end there is room again', async () => {
    const { log, metrics } = product.deps
    const held = deferred()
    const app = stripeWebhooks({
      accounts: fixedAccounts([account]),
      receiver: { keep: () => held.promise },
      log,
      metrics,
    })
    const request = () => {
      const { body, headers } = sender.request(anEvent())
      return new Request(`http://localhost${PATH}`, { method: 'POST', body, headers })
    }
    const running = Array.from({ length: 512 }, async () => (await app.fetch(request())).status)
    const beyond = request()
    const refused = await app.fetch(beyond)
    expect([refused.status, refused.headers.get('retry-after'), beyond.bodyUsed]).toEqual([503, '5', false])
    held.resolve()
    expect(new Set(await Promise.all(running))).toEqual(new Set([200]))
    expect((await app.fetch(request())).status).toBe(200)
  })

  it('events that wait for the database hold back no payment', async () => {
    const locker = await product.owner.connect()
    try {
      await locker.query('BEGIN; LOCK TABLE stripe_event IN EXCLUSIVE MODE')
      const [{ since }] = await query('SELECT clock_timestamp() AS since')
      const waiting = Array.from({ length: 300 }, async () => (await send({}, anEvent())).status)
      expect((await pay()).status).toBe(201)
      const senders = await query(
        `SELECT DISTINCT application_name AS name FROM pg_stat_activity WHERE query LIKE '%INTO stripe_event%' AND query_start > $1
           AND pid <> pg_backend_pid()`,
        [since],
      )
      expect(senders).toEqual([{ name: 'payonce-web-inbox' }])
      await locker.query('ROLLBACK')
      await Promise.all(waiting)
    } finally {
      await locker.query('ROLLBACK')
      locker.release()
    }
    expect((await send({}, anEvent())).status).toBe(200)
  })
})

describe('what becomes of it', () => {
  it('case T10: the same event 20 times at once: one row, one effect', async () => {
    const id = await inDoubt()
    const event = double.account.events.all.at(-1) as object
    const { body, headers } = sender.request(event)
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => product.call(PATH, { method: 'POST', body, headers })),
    )
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    await Promise.all([work(), work(), work()])
    await work()
    expect(await events()).toMatchObject([{ state: 'applied' }])
    expect([await statusOf(id), await postings(id)]).toEqual(['succeeded', 1])
  })

  it('case T11: the commit of the effect fails: the event stays, and has its effect later', async () => {
    const id = await inDoubt()
    await sender.flush()
    await query(
      `CREATE FUNCTION no_posting() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$`,
    )
    await query(
      'CREATE TRIGGER no_posting BEFORE INSERT ON ledger_transaction FOR EACH ROW EXECUTE FUNCTION no_posting()',
    )
    await work()
    await query('DROP TRIGGER no_posting ON ledger_transaction')
    await query('DROP FUNCTION no_posting')
    expect([await statusOf(id), await postings(id)]).not.toContain('succeeded')
    expect((await events(`state = 'applied'`)).length).toBe(0)
    await query(
      `SET session_replication_role = replica; UPDATE idempotency_record SET lease_until = now() - interval '1 s' WHERE state = 'unknown'; RESET session_replication_role`,
    )
    await work()
    expect([await statusOf(id), await postings(id)]).toEqual(['succeeded', 1])
    await work()
    expect(new Set((await events()).map(({ state }) => state))).toEqual(new Set(['applied']))
  })

  it('case T12: the same event three days later: nothing', async () => {
    const id = await inDoubt()
    const event = double.account.events.all.at(-1)
    await sender.flush()
    await work()
    await work()
    await query(`UPDATE stripe_event SET received_at = now() - interval '3 days'`)
    const before = double.requests.length
    await sender.send(event as never)
    await work()
    expect([await statusOf(id), await postings(id), double.requests.length]).toEqual(['succeeded', 1, before])
  })

  it('case T13: several events about one charge, and a copy by a second endpoint: one posting', async () => {
    const id = await inDoubt()
    const copies = double.account.events.all.slice(-3)
    await sender.flush({ shuffled: true })
    for (const one of copies) await sender.send({ ...one, id: `${one.id}copy` })
    await work()
    await work()
    expect([await statusOf(id), await postings(id)]).toEqual(['succeeded', 1])
    expect(await ends()).toContain('charge.succeeded applied')
  })

  it('case T14: an event before the answer to our own request is stored: settled once, and both agree', async () => {
    const [answered, goOn] = [deferred(), deferred()]
    around.after = () => {
      answered.resolve()
      return goOn.promise
    }
    const paying = pay()
    await answered.promise
    await sender.flush()
    await work()
    expect(new Set((await events()).map(({ state }) => state))).toEqual(new Set(['received']))
    goOn.resolve()
    const reply = await paying
    await work()
    expect(reply.body.status).toBe('succeeded')
    expect([await postings(idOf(reply)), new Set((await events()).map(({ state }) => state))]).toEqual([
      1,
      new Set(['applied']),
    ])
  })

  it('case T15: an event before our row is committed: kept, tried again, settled', async () => {
    const key = uuidv7()
    const intent = double.account.createIntent({
      amount: 2400,
      currency: 'eur',
      metadata: { payonce_key: key },
    })
    await double.account.confirm(intent.id, 'pm_card_visa', undefined)
    await sender.flush()
    await work()
    const waits = await events(`type = 'payment_intent.succeeded'`)
    expect(waits).toMatchObject([
      { state: 'received', tries: 1, reason: 'its payment is not in our books yet' },
    ])
    expect(waits[0].next_at > new Date()).toBe(true)
    const id = await inDoubt()
    await query(
      `SET session_replication_role = replica; UPDATE payment SET gateway_key = '${key}' WHERE id = '${id}'; RESET session_replication_role`,
    )
    await query('UPDATE stripe_intent SET gateway_key = $1, intent_id = $2 WHERE gateway_key = $3', [
      key,
      intent.id,
      id,
    ])
    await work()
    expect([await statusOf(id), await postings(id)]).toEqual(['succeeded', 1])
  })

  it('case T16: a process dies between create and claim: no money is invented, and the orphan is cancelled', async () => {
    // Our request is lost after create: the intent is at Stripe, and no row of ours has it.
    const create = bank.charge
    bank.charge = async ({ key }) => {
      double.account.createIntent({ amount: 2400, currency: 'eur', metadata: { payonce_key: key } })
      return { kind: 'unknown', reason: 'the process died' }
    }
    await pay()
    bank.charge = create
    const orphan = lastIntent()
    const [{ id }] = await query('SELECT id FROM payment ORDER BY created_at DESC LIMIT 1')
    await sender.flush()
    await work()
    await work()
    expect([await statusOf(id), await postings(id)]).toEqual(['not_charged', 0])
    expect(orphan.status).toBe('canceled')
    expect(double.account.charges.filter(({ metadata }) => metadata.payonce_key === id)).toEqual([])
  })

  it('case T17: payment_failed and requires_action after succeeded: it stays succeeded', async () => {
    const reply = await pay()
    const { id } = lastIntent()
    for (const [type, status] of [
      ['payment_intent.payment_failed', 'requires_payment_method'],
      ['payment_intent.requires_action', 'requires_action'],
      ['payment_intent.canceled', 'canceled'],
    ])
      await send(
        {},
        anEvent({ type, data: { object: { id, status, metadata: { payonce_key: idOf(reply) } } } }),
      )
    await work()
    expect([await statusOf(idOf(reply)), await postings(idOf(reply))]).toEqual(['succeeded', 1])
    expect((await events()).map(({ state }) => state)).toEqual(['applied', 'applied', 'applied'])
  })

  it('case T18: the event says 1.00, Stripe has 24.00: the object counts, and the contradiction is told', async () => {
    const id = await inDoubt()
    const { id: intent } = lastIntent()
    await sender.flush({ dropped: 1 })
    const object = {
      id: intent,
      status: 'succeeded',
      amount: 100,
      currency: 'eur',
      metadata: { payonce_key: id },
    }
    await send({}, anEvent({ data: { object } }))
    await work()
    expect([await statusOf(id), await postings(id)]).toEqual(['succeeded', 1])
    expect((await events())[0].reason).toContain('the event said 100 eur, Stripe says 2400 eur')
    expect((await query('SELECT amount FROM payment WHERE id = $1', [id]))[0].amount).toBe('2400')
  })

  it('case T19: an intent without our metadata: stray, and 200', async () => {
    const theirs = double.account.createIntent({ amount: 500, currency: 'eur', metadata: {} })
    await double.account.confirm(theirs.id, 'pm_card_visa', undefined)
    expect(new Set(await sender.flush())).toEqual(new Set([200]))
    await work()
    expect(new Set((await events()).map(({ state }) => state))).toEqual(new Set(['stray']))
  })

  it('case T21: Stripe’s API is away: the event is taken all the same, and worked on later', async () => {
    const id = await inDoubt()
    double.refuse(1_000_000)
    const statuses = await sender.flush()
    expect(new Set(statuses)).toEqual(new Set([200]))
    await work()
    expect(await statusOf(id)).toBe('unknown')
    double.refuse(0)
    expect((await events(`state = 'failing' AND next_at > now()`)).length).toBeGreaterThan(0)
    await work()
    await work()
    expect([await statusOf(id), await postings(id)]).toEqual(['succeeded', 1])
  }, 30_000)

  it('case T22: the process dies after the insert and before its answer: sent again, one effect', async () => {
    const id = await inDoubt()
    const event = double.account.events.all.at(-1) as never
    await sender.flush({ dropped: 1 })
    await sender.send(event)
    // The worker dies with the event, too: its lease ends, and another takes it; the dead one's outcome is refused.
    await query(`UPDATE stripe_event SET lease_until = now() + interval '60 s', fence = fence + 1`)
    expect(await applyEvents(product.deps, fixedAccounts([account]))).toBe(0)
    await sender.send(event)
    await work()
    expect([await statusOf(id), await postings(id), (await events()).length]).toEqual(['succeeded', 1, 1])
  })

  it('case T23: a refund fails weeks after it was booked: reversed, once', async () => {
    const reply = await pay()
    const refunded = await product.api(
      'POST',
      `/api/v1/payments/${reply.body.id}/refunds`,
      { amount: 1000 },
      { 'idempotency-key': `refund-${n}` },
    )
    expect(refunded.status).toBe(201)
    await sender.flush()
    await work()
    expect(new Set((await events(`type LIKE 'refund%'`)).map(({ state }) => state))).toEqual(
      new Set(['applied']),
    )
    failRefund(double.account, double.account.refunds.at(-1)?.id ?? '')
    const failed = double.account.events.all.at(-1) as { id: string }
    await sender.flush()
    await sender.send({ ...failed, id: `${failed.id}copy` } as never)
    await Promise.all([work(), work()])
    await work()
    expect((await events()).every(({ state }) => state === 'applied')).toBe(true)
    // What follows is the event's doing; reading the movements again changes nothing.
    const [byEvent] = await query('SELECT count(*)::int AS n FROM refund WHERE returned_at IS NOT NULL')
    expect(byEvent.n).toBe(1)
    await product.deps.reconcileMovements()
    const refundId = readId('ref', refunded.body.id)
    const [booked] = await query('SELECT status, returned_at FROM refund WHERE id = $1', [refundId])
    expect(booked).toMatchObject({ status: 'succeeded', returned_at: expect.any(Date) })
    const told = await query('SELECT type FROM outbox_event WHERE subject_id = $1 ORDER BY created_at', [
      refundId,
    ])
    expect(told.map(({ type }) => type)).toEqual(['refund.succeeded', 'refund.returned'])
    const mirrors = await query(
      'SELECT FROM ledger_transaction m JOIN refund r ON r.merchant_id = m.merchant_id AND r.transaction_id = m.reverses WHERE r.id = $1',
      [refundId],
    )
    const read = await product.api('GET', `/api/v1/payments/${reply.body.id}`)
    expect([mirrors.length, read.body.amountRefunded]).toEqual([1, 0])
    const refundRules = /refunds?-(is|are|agrees)|with-refund/
    expect((await broken()).filter((id) => refundRules.test(id))).toEqual([])
  })

  it('an event of a payout has the bank’s movements of money read at once', async () => {
    await pay()
    await sender.flush({ dropped: 1 })
    payOut(double.account, 'eur')
    await sender.flush()
    await work()
    expect(await ends()).toEqual(['payout.paid applied'])
    expect(await query(`SELECT state FROM bank_movement WHERE kind = 'payout'`)).toHaveLength(1)
  })

  it('an event of a dispute that was lost has its loss posted at once, once', async () => {
    const reply = await pay()
    await product.deps.reconcileMovements()
    const charge = double.account.charges.at(-1)?.id ?? ''
    const dispute = openDispute(double.account, charge)
    await sender.flush()
    await work()
    endDispute(double.account, dispute, 'lost')
    await sender.flush({ doubled: 1 })
    await work()
    await work()
    expect(await ends()).toEqual(expect.arrayContaining(['charge.dispute.closed applied']))
    expect(await query('SELECT amount::int, ref FROM dispute_loss')).toEqual([
      { amount: 2_400, ref: dispute.id },
    ])
    const [shown] = await query('SELECT state, payment_id FROM dispute')
    expect(shown).toEqual({ state: 'lost', payment_id: idOf(reply) })
  })

  it('case T24: the endpoint is down for a day: what could not be delivered is pulled, page by page, and settles all', async () => {
    const ids = [await inDoubt(), await inDoubt()]
    await sender.flush({ dropped: 1 })
    const { db, send: statement } = product.deps
    const silences: string[] = []
    const deps = {
      db,
      receiver: new Receiver(statement),
      timeoutMs: 3_000,
      onSilence: (_: string, reason: string) => silences.push(reason),
    }
    double.refuse(1_000_000)
    expect(await pullMissed({ ...deps, timeoutMs: 300 }, account)).toBe(0)
    double.refuse(0)
    expect(silences).toHaveLength(1)
    for (let pages = 0; pages < 50 && (await pullMissed(deps, account)) > 0; pages++);
    expect((await events(`source = 'pull'`)).length).toBeGreaterThanOrEqual(6)
    await work()
    await work()
    expect(await Promise.all(ids.map(async (id) => [await statusOf(id), await postings(id)]))).toEqual([
      ['succeeded', 1],
      ['succeeded', 1],
    ])
    const [position] = await query('SELECT * FROM stripe_event_position')
    expect([position.after, position.started_at, Date.now() - position.through < 60_000]).toEqual([
      null,
      null,
      true,
    ])
  })

  it('shuffled, doubled and dropped: the same books as without any event', async () => {
    const cards = [
      'pm_card_visa',
      'pm_card_chargeDeclined',
      'pm_card_visa',
      'pm_card_chargeDeclinedInsufficientFunds',
    ]
    let seed = 7
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647
      return seed / 2_147_483_647
    }
    const unruly = new EventSender({
      events: double.account.events,
      to: product.fetch as never,
      secret: SECRET,
      random,
    })
    const ids: string[] = []
    for (const one of cards) ids.push(await inDoubt(one))
    await unruly.flush({ shuffled: true, doubled: 0.5, dropped: 0.2 })
    unruly.close()
    await sender.flush({ dropped: 1 })
    await work()
    await work()
    // What was lost costs time: the resolver settles it.
    await query(`UPDATE idempotency_record SET lease_until = now() - interval '1 s' WHERE state = 'unknown'`)
    await product.deps.engine.recover(product.deps.operations.createPayment, 50, 'test')
    expect(await Promise.all(ids.map(async (id) => [await statusOf(id), await postings(id)]))).toEqual([
      ['succeeded', 1],
      ['declined', 0],
      ['succeeded', 1],
      ['declined', 0],
    ])
  })

  it('a decline and a challenge are looked into as a charge is', async () => {
    const declined = await inDoubt('pm_card_chargeDeclined')
    await sender.flush()
    card = 'pm_card_threeDSecure2Required'
    const challenged = await pay()
    await sender.flush()
    await work()
    expect([await statusOf(declined), await statusOf(idOf(challenged))]).toEqual([
      'declined',
      'requires_action',
    ])
    await double.account.answerChallenge(lastIntent().id, true)
    await sender.flush()
    await work()
    expect([await statusOf(idOf(challenged)), await postings(idOf(challenged))]).toEqual(['succeeded', 1])
    await work()
    expect(new Set((await events()).map(({ state }) => state))).toEqual(new Set(['applied']))
  })
})

describe('of an authorisation', () => {
  let id: string
  const end = (verb: 'capture' | 'void', body: object = {}) =>
    product.api('POST', `/api/v1/payments/${shown}/${verb}`, body, { 'idempotency-key': `key-${++n}` })
  const endsOf = () => query('SELECT kind, status FROM authorisation_end WHERE payment_id = $1', [id])
  const charged = async () => (await query('SELECT amount FROM payment WHERE id = $1', [id]))[0]?.amount
  let shown: string

  beforeEach(async () => {
    const body = { amount: 2400, currency: 'EUR', paymentMethod: 'pm_card_visa', capture: 'manual' }
    const reply = await product.api('POST', '/api/v1/payments', body, { 'idempotency-key': `key-${++n}` })
    expect(reply).toMatchObject({ status: 201, body: { status: 'authorised' } })
    shown = reply.body.id
    id = idOf(reply)
  })
  afterEach(async () => {
    expect(await broken()).toEqual([])
  })

  it('that it was made: it stays reserved, and nothing is asked for', async () => {
    await sender.flush()
    await work()
    expect((await events()).filter(({ state }) => state !== 'applied')).toEqual([])
    expect([await statusOf(id), await endsOf(), lastIntent().status]).toEqual([
      'authorised',
      [],
      'requires_capture',
    ])
  })

  it('captured in part by us: booked with that part, and each event agrees', async () => {
    expect(await end('capture', { amount: 1500 })).toMatchObject({
      status: 200,
      body: { status: 'succeeded', amount: 1500 },
    })
    await sender.flush()
    await work()
    expect([await statusOf(id), await postings(id), lastIntent().amount_received]).toEqual([
      'succeeded',
      1,
      1_500,
    ])
    expect((await events()).filter(({ state }) => state !== 'applied')).toEqual([])
  })

  it('voided by us', async () => {
    expect(await end('void')).toMatchObject({ status: 200, body: { status: 'voided' } })
    await sender.flush()
    await work()
    expect([await statusOf(id), lastIntent().status]).toEqual(['voided', 'canceled'])
    expect((await events()).filter(({ state }) => state !== 'applied')).toEqual([])
  })

  it.each<[string, string, number | null]>([
    ['whose time has passed at Stripe', 'voided', null],
    ['that somebody released at Stripe', 'voided', null],
    ['that somebody captured in part at Stripe', 'succeeded', 900],
  ])('%s is found by its event', async (how, status, part) => {
    if (part !== null) await double.account.capture(lastIntent().id, part)
    else if (how.startsWith('whose')) await double.account.expire(lastIntent().id)
    else await double.account.cancel(lastIntent().id)
    await sender.flush()
    await work()
    expect([await statusOf(id), await postings(id)]).toEqual([status, part === null ? 0 : 1])
    expect(await endsOf()).toEqual([{ kind: 'expiry', status: part === null ? 'released' : 'captured' }])
    if (part !== null) expect(Number(await charged())).toBe(part)
  })

  it('whose capture is in doubt is settled by its event', async () => {
    const verbs = ofBank()
    bank.authorisations = {
      ...verbs,
      capture: async (request) => {
        await verbs.capture(request)
        return { kind: 'unknown', reason: 'the answer was lost' }
      },
    }
    expect(await end('capture')).toMatchObject({ body: { kind: 'outcome-unknown' } })
    bank.authorisations = verbs
    await sender.flush()
    await work()
    expect([await statusOf(id), await postings(id), await endsOf()]).toEqual([
      'succeeded',
      1,
      [{ kind: 'capture', status: 'captured' }],
    ])
  })

  it('captured at Stripe, all events lost: the bank’s movements tell, and the worker asks', async () => {
    await double.account.capture(lastIntent().id)
    await product.deps.reconcileMovements(null)
    expect(await expireAuthorisations(product.deps, 20, uuidv7)).toBe(1)
    expect([await statusOf(id), await postings(id)]).toEqual(['succeeded', 1])
  })
})

test('an event that says what our books say costs no request to Stripe', async () => {
  await pay()
  await query('DELETE FROM stripe_event')
  const before = double.requests.length
  await sender.flush()
  const took = double.requests.length
  await query(`DELETE FROM stripe_event WHERE type = 'payment_intent.created'`)
  await work()
  expect([took, double.requests.length]).toEqual([before, before])
  expect(await ends()).toEqual(
    expect.arrayContaining(['charge.succeeded applied', 'payment_intent.succeeded applied']),
  )
})

test('an event that nobody can settle is tried for more than two days, and then waits for a person', async () => {
  await send({}, anEvent({ data: { object: { id: 'pi_gone' } } }))
  await work()
  expect(await events()).toMatchObject([{ state: 'failing', tries: 1 }])
  await query('UPDATE stripe_event SET tries = 11')
  await work()
  expect(await events()).toMatchObject([{ state: 'failing', tries: 12, next_at: null }])
  const pauses = Array.from({ length: 12 }, (_, tries) => pauseAfter(tries))
  expect(pauses.at(-1)).toBeNull()
  expect(pauses.reduce<number>((sum, pause) => sum + (pause ?? 0), 0)).toBeGreaterThan(2 * 86_400)
})

test('events are kept for 35 days', async () => {
  await send()
  await send()
  const [{ id }] = await events()
  await query(`UPDATE stripe_event SET received_at = now() - interval '36 days' WHERE id = $1`, [id])
  expect(await forgetStripeEvents(product.deps.db, 500)).toBe(1)
  expect(await events()).toHaveLength(1)
})

test('a worker that was stopped for longer than its lease writes nothing any more', async () => {
  await send()
  const { db } = product.deps
  const [stale] = await claimEvents(db, ['main'], 5)
  expect(await claimEvents(db, ['main'], 5)).toEqual([])
  await query(`UPDATE stripe_event SET lease_until = now() - interval '1 s'`)
  const [fresh] = await claimEvents(db, ['main'], 5)
  const settle = async (event: ClaimedEvent | undefined, end: EventEnd) =>
    (await settleEvents(db, [{ event: event as ClaimedEvent, end }])).length
  const end = (reason: string) => ({ state: 'applied' as const, reason })
  expect(await settle(stale, end('stale'))).toBe(0)
  expect(await settle(fresh, end('fresh\u0000'))).toBe(1)
  expect(await settle(fresh, end('twice'))).toBe(0)
  expect(await events()).toMatchObject([{ state: 'applied', reason: 'fresh', tries: 1 }])
})

test('a batch is written in one commit: each event what became of it, and one whose lease was lost nothing', async () => {
  const { db } = product.deps
  for (let at = 0; at < 4; at++) await send()
  const [lost, ...kept] = await claimEvents(db, ['main'], 5)
  await query('UPDATE stripe_event SET fence = fence + 1 WHERE id = $1', [lost?.id])
  const states = ['applied', 'waiting', 'failing'] as const
  const ends = kept.map((event, at) => ({
    event,
    end: { state: states[at] as (typeof states)[number], reason: `${at}` },
  }))
  const written = await settleEvents(db, [
    { event: lost as ClaimedEvent, end: { state: 'applied', reason: 'x' } },
    ...ends,
  ])
  expect(written.map(({ id }) => id).toSorted()).toEqual(kept.map(({ id }) => id).toSorted())
  const shown = await query(
    `SELECT state, reason, tries, next_at > now() AS later, lease_until > now() AS leased, settled_at IS NOT NULL AS settled
     FROM stripe_event ORDER BY reason NULLS LAST`,
  )
  expect(shown).toEqual([
    { state: 'applied', reason: '0', tries: 1, later: null, leased: null, settled: true },
    { state: 'received', reason: '1', tries: 1, later: true, leased: null, settled: false },
    { state: 'failing', reason: '2', tries: 1, later: true, leased: null, settled: false },
    { state: 'received', reason: null, tries: 0, later: false, leased: true, settled: false },
  ])
})

test('a worker takes the events of its own accounts only', async () => {
  await send()
  expect(await applyEvents(product.deps, fixedAccounts([{ ...account, name: 'live' }]))).toBe(0)
  expect(inboxJobs(product.deps, fixedAccounts([account])).map(({ name }) => name)).toEqual([
    'stripe-inbox',
    'stripe-missed',
  ])
})

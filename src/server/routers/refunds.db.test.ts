import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Role } from '@/access/operator'
import { readId, uuidv7 } from '@/lib/id'
import { dispute } from '@/payments/simulator/disputes'
import { openDb, openPool } from '@/platform/db'
import { check } from '@/setup/verify'
import { callProcedure, newOperator, type ProcedureReply, type TestOperator } from '../testing/operators'
import { openTestProduct, type TestProduct } from '../testing/product'

/** Refunds by operators: who may give back how much, how two admins decide a large one, and what the database refuses from anybody. */
let product: TestProduct
let payment: string
let viewer: TestOperator
let support: TestOperator
let colleague: TestOperator
let admin: TestOperator
let otherAdmin: TestOperator
let third: TestOperator

beforeAll(async () => {
  product = await openTestProduct({
    PAYONCE_TRUSTED_HOPS: '1',
    PAYONCE_SUPPORT_REFUND_LIMIT_MINOR: '1000,JPY=20',
    PAYONCE_SUPPORT_REFUND_DAY_MINOR: '3000',
    PAYONCE_FOUR_EYES_REFUND_MINOR: '2000',
    PAYONCE_FOUR_EYES_REFUND_DAY_MINOR: '6000',
  })
  viewer = await person('viewer')
  support = await person('support')
  colleague = await person('support')
  admin = await person('admin')
  otherAdmin = await person('admin')
  third = await person('admin')
  await daysPass()
})
afterAll(async () => {
  await everythingHolds()
  await product.close()
})
// A new day for each test, and a new payment: what one has refunded today, and what of one payment, counts.
beforeEach(async () => {
  await asIfBefore(`UPDATE operator_refund SET created_at = created_at - interval '1 day'`)
  payment = await paid()
})

/** Everybody who is an admin has been one for two days. */
const daysPass = () =>
  product.owner.query(`UPDATE operator SET admin_since = now() - interval '2 days' WHERE role = 'admin'`)
const person = (role: Role) => newOperator(product, role)
const uuid = (shown: string) => readId('pay', shown) as string

/** A new payment of 24.00, by REST. */
async function paid(currency = 'EUR'): Promise<string> {
  const body = { amount: 2400, currency, paymentMethod: 'pm_card_visa' }
  const reply = await product.api('POST', '/api/v1/payments', body, { 'idempotency-key': uuidv7() })
  return reply.body.id
}

async function call(
  path: string,
  who: TestOperator,
  input: object,
  cookie?: string,
): Promise<ProcedureReply> {
  const type = /requests$|get$/.test(path) ? 'query' : 'mutation'
  return callProcedure(product, { path, type, input, cookie: cookie ?? (await who.cookie()) })
}
const refund = (
  who: TestOperator,
  amount: number,
  more: { payment?: string; key?: string; reason?: string } = {},
) => call('refunds.create', who, { payment, amount, key: uuidv7(), ...more })

async function requested(amount = 2100, who = admin): Promise<string> {
  const newId = crypto.randomUUID()
  const reply = await call('refunds.request', who, { payment, amount, reason: 'never arrived', newId })
  expect([reply.kind, reply.data?.id]).toEqual([null, newId])
  return newId
}
const approve = (id: string, who = otherAdmin) => call('refunds.approve', who, { id })

const rowsOf = async (query: string, values: unknown[] = []) =>
  (await product.owner.query(query, values)).rows
/** Refunded by the payment's own count, and by the bank's. */
async function refunded(of = payment): Promise<number[]> {
  const [row] = await rowsOf(
    `SELECT p.refunded_amount, c.refunded_amount AS at_bank FROM payment p JOIN gateway_simulator.charge c ON c.id = p.gateway_ref WHERE p.id = $1`,
    [uuid(of)],
  )
  return [Number(row.refunded_amount), Number(row.at_bank)]
}
const refundCount = async (of = payment) =>
  (await rowsOf('SELECT FROM refund WHERE payment_id = $1', [uuid(of)])).length
const statusOf = async (id: string) =>
  (await rowsOf('SELECT status FROM refund_request WHERE id = $1', [id]))[0]?.status

/** Changes what only the passing of time changes. */
const asIfBefore = (statement: string) =>
  product.owner.query(`SET session_replication_role = replica; ${statement}; RESET session_replication_role`)

async function everythingHolds(): Promise<void> {
  const pool = openPool(product.owner.options.connectionString as string, { max: 1, name: 'verify' })
  const db = openDb(pool)
  const { findings } = await check(db)
  await db.$disconnect()
  await pool.end()
  expect(findings.filter(({ offenders }) => offenders.length > 0)).toEqual([])
}

describe('by one operator', () => {
  test('8 47 support refunds within the limit: once, with the actor, the address, the request, and an audit entry', async () => {
    const cookie = await support.cookie()
    const answer = await product.call('/api/trpc/refunds.create', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        origin: 'http://localhost:3000',
        cookie,
        'x-forwarded-for': '203.0.113.40',
      },
      body: JSON.stringify({ payment, amount: 700, reason: 'one item came back', key: 'once' }),
    })
    const { data } = (await answer.json()).result
    expect(data).toMatchObject({
      amount: 700,
      status: 'succeeded',
      reason: 'one item came back',
      idempotency: { outcome: 'executed' },
    })
    expect(await refunded()).toEqual([700, 700])
    const id = readId('ref', data.id)
    const by = { actor: `operator:${support.id}`, address: '203.0.113.40', request_id: expect.any(String) }
    expect(await rowsOf('SELECT * FROM refund WHERE id = $1', [id])).toMatchObject([by])
    expect(await rowsOf('SELECT * FROM audit_log WHERE subject = $1', [id])).toMatchObject([
      { ...by, action: 'refund.begun', detail: `700 EUR of payment ${uuid(payment)}` },
    ])
    expect(await rowsOf('SELECT * FROM operator_refund WHERE refund_id = $1', [id])).toMatchObject([
      { actor: by.actor, amount: '700', refund_request_id: null },
    ])
  })

  test('what each role may give back of one payment', async () => {
    expect(await refund(viewer, 1)).toMatchObject({ kind: 'forbidden' })
    const above = await refund(support, 1001)
    expect(above).toMatchObject({
      kind: 'forbidden',
      detail: expect.stringMatching(/€10\.00 .*Ask an admin/),
    })
    expect(await refund(admin, 2001)).toMatchObject({
      kind: 'forbidden',
      detail: expect.stringMatching(/approval of another admin/),
    })
    expect([await refundCount(), await refunded()]).toEqual([0, [0, 0]])
    expect((await refund(support, 1000)).kind).toBeNull()
    expect((await refund(admin, 1000)).kind).toBeNull()
    expect(await refunded()).toEqual([2000, 2000])
  })

  test('an admin above the limit of support confirms first; then the same key does it', async () => {
    const cookie = await admin.cookie()
    await rowsOf(
      `UPDATE operator_session SET verified_at = now() - interval '5 minutes' WHERE user_id = $1`,
      [admin.id],
    )
    const asked = { payment, amount: 1001, key: 'after a confirmation' }
    expect((await call('refunds.create', admin, asked, cookie)).kind).toBe('step-up-required')
    expect(await refundCount()).toBe(0)
    // Within the limit of support nobody is asked.
    expect(
      (await call('refunds.create', admin, { payment, amount: 5, key: 'small' }, cookie)).kind,
    ).toBeNull()
    await rowsOf('UPDATE operator_session SET verified_at = now() WHERE user_id = $1', [admin.id])
    expect((await call('refunds.create', admin, asked, cookie)).data).toMatchObject({ amount: 1001 })
    expect(await refunded()).toEqual([1006, 1006])
  })

  test('a limit for a currency of its own', async () => {
    const yen = await paid('JPY')
    expect((await refund(support, 21, { payment: yen })).kind).toBe('forbidden')
    expect((await refund(support, 20, { payment: yen })).kind).toBeNull()
  })

  test('more than is left is refused before any limit, and changes nothing', async () => {
    await refund(admin, 2000)
    const reply = await refund(support, 401)
    expect(reply).toMatchObject({ kind: 'not-refundable', detail: expect.stringMatching(/€4\.00/) })
  })

  test.each([
    ['0', { amount: 0 }],
    ['less than nothing', { amount: -1 }],
    ['a part of a cent', { amount: 1.5 }],
    ['more than JSON carries', { amount: 2 ** 53 }],
    ['no amount', { amount: undefined }],
    ['a long reason', { reason: 'x'.repeat(201) }],
    ['an empty reason', { reason: ' ' }],
    ['a reason that no database holds', { reason: 'a\0b' }],
    ['limits of its own', { allowance: { payment: 1e12, day: 1e12 } }],
    ['another merchant', { merchantId: uuidv7() }],
  ])('%s is refused', async (_, changes) => {
    const reply = await call('refunds.create', admin, { payment, amount: 1, key: uuidv7(), ...changes })
    expect([reply.kind, await refundCount()]).toEqual(['validation', 0])
  })

  test('a card number as the reason is refused, and is nowhere', async () => {
    for (const input of [{ key: 'k' }, { newId: crypto.randomUUID() }]) {
      const path = 'key' in input ? 'refunds.create' : 'refunds.request'
      const reply = await call(path, admin, {
        payment,
        amount: 1,
        reason: 'card 4242 4242 4242 4242',
        ...input,
      })
      expect(reply.kind).toBe('card-number')
    }
    expect(await refundCount()).toBe(0)
  })

  test.each([undefined, '', 'ключ', 'x'.repeat(256)])('a key is needed: %s', async (key) => {
    const reply = await call('refunds.create', admin, { payment, amount: 1, key })
    expect(reply.kind).toMatch(/^key-/)
    expect(await refundCount()).toBe(0)
  })

  test('a double click, a retry, eight windows: one refund, and each gets its answer', async () => {
    const replies = await Promise.all(Array.from({ length: 8 }, () => refund(support, 900, { key: 'same' })))
    expect(new Set(replies.map(({ data }) => data?.id)).size).toBe(1)
    // The limit is used up by now; the stored answer does not ask for it again.
    const again = await refund(support, 900, { key: 'same' })
    expect(again.data).toMatchObject({ id: replies[0]?.data.id, idempotency: { outcome: 'replayed' } })
    expect((await refund(support, 100, { key: 'same' })).kind).toBe('key-reused')
    expect([await refundCount(), await refunded()]).toEqual([1, [900, 900]])
  })

  test('the key of another operator is another key', async () => {
    await refund(support, 100, { key: 'shared' })
    expect((await refund(colleague, 100, { key: 'shared' })).data.idempotency.outcome).toBe('executed')
    expect(await refunded()).toEqual([200, 200])
  })

  test('a payment of a merchant of the other mode is not refunded by this bank', async () => {
    const live = uuidv7()
    await product.owner.query(`INSERT INTO merchant (id, name, mode) VALUES ($1, 'Live', 'live')`, [live])
    const theirs = await newOperator(product, 'admin', live)
    const reply = await refund(theirs, 1)
    expect(reply).toMatchObject({
      kind: 'not-found',
      detail: expect.stringMatching(/live mode.*Nothing was refunded/),
    })
  })
})

describe('a limit cannot be split', () => {
  test('by small refunds of one payment, one after the other, by several people', async () => {
    expect((await refund(support, 600)).kind).toBeNull()
    const second = await refund(colleague, 600)
    expect(second).toMatchObject({ kind: 'forbidden', detail: expect.stringMatching(/€6\.00 of this one/) })
    expect((await refund(colleague, 400)).kind).toBeNull()
    // What an admin adds counts too: 1,000 more would be without a second admin, 1,001 not.
    expect((await refund(admin, 1001)).kind).toBe('forbidden')
    expect(await refunded()).toEqual([1000, 1000])
  })

  test('by small refunds of one payment, all at once', async () => {
    const people = Array.from({ length: 5 }, (_, n) => (n % 2 ? support : colleague))
    const replies = await Promise.all([...people, ...people].map((one) => refund(one, 300)))
    expect(replies.filter(({ kind }) => kind === null)).toHaveLength(3)
    expect(replies.filter(({ kind }) => kind === 'forbidden')).toHaveLength(7)
    expect(await refunded()).toEqual([900, 900])
  })

  test('by refunds of many payments within 24 hours, all at once; the next day there is room again', async () => {
    const payments = await Promise.all(Array.from({ length: 6 }, () => paid()))
    const replies = await Promise.all(payments.map((one) => refund(support, 900, { payment: one })))
    expect(replies.filter(({ kind }) => kind === null)).toHaveLength(3)
    const refused = replies.find(({ kind }) => kind === 'forbidden')
    expect(refused?.detail).toMatch(/€30\.00 within 24 hours; you have refunded €27\.00/)
    await asIfBefore(
      `UPDATE operator_refund SET created_at = created_at - interval '24 hours' WHERE actor = 'operator:${support.id}'`,
    )
    expect((await refund(support, 900)).kind).toBeNull()
  })

  test('by an admin, over many payments: a second admin is needed from there on', async () => {
    const payments = await Promise.all(Array.from({ length: 4 }, () => paid()))
    const kinds = []
    for (const one of payments) kinds.push((await refund(admin, 2000, { payment: one })).kind)
    expect(kinds).toEqual([null, null, null, 'forbidden'])
    payment = payments[3] as string
    expect((await approve(await requested(2000))).kind).toBeNull()
  })

  test('a refund that the bank refused counts for nothing', async () => {
    const gone = (amount: string) =>
      rowsOf(`UPDATE gateway_simulator.charge SET refunded_amount = ${amount} WHERE idempotency_key = $1`, [
        uuid(payment),
      ])
    await gone('amount')
    expect((await refund(support, 1000)).kind).toBe('refund-declined')
    await gone('0')
    expect((await refund(support, 1000)).kind).toBeNull()
  })
})

describe('by two admins', () => {
  test('8 47 a request moves nothing; another admin’s approval refunds once, and all of it is in the audit log', async () => {
    const id = await requested()
    expect([await refundCount(), await refunded()]).toEqual([0, [0, 0]])
    const reply = await approve(id)
    expect(reply.data).toMatchObject({ amount: 2100, status: 'succeeded', reason: 'never arrived' })
    expect(await refunded()).toEqual([2100, 2100])
    const [row] = await rowsOf('SELECT * FROM refund_request WHERE id = $1', [id])
    expect(row).toMatchObject({
      status: 'approved',
      actor: `operator:${admin.id}`,
      request_id: expect.any(String),
      decided_actor: `operator:${otherAdmin.id}`,
      decided_request_id: expect.any(String),
    })
    const refundId = readId('ref', reply.data.id)
    const log = await rowsOf('SELECT * FROM audit_log WHERE subject IN ($1, $2) ORDER BY seq', [id, refundId])
    expect(log.map(({ action, actor }) => [action, actor])).toEqual([
      ['refund-request.made', `operator:${admin.id}`],
      ...[expect.anything(), expect.anything()],
    ])
    expect(
      log
        .slice(1)
        .map(({ action, actor }) => `${action} ${actor}`)
        .sort(),
    ).toEqual([`refund-request.approved operator:${otherAdmin.id}`, `refund.begun operator:${otherAdmin.id}`])
  })

  test('who asked cannot approve it, not after the other has either', async () => {
    const id = await requested()
    expect(await approve(id, admin)).toMatchObject({
      kind: 'forbidden',
      detail: expect.stringMatching(/own request/),
    })
    await approve(id)
    expect((await approve(id, admin)).kind).toBe('forbidden')
    expect(await refundCount()).toBe(1)
  })

  test('two who approve at once, each with a double click: one refund, one answer', async () => {
    const id = await requested()
    const clicks = [otherAdmin, third, otherAdmin, third, third, otherAdmin]
    const replies = await Promise.all(clicks.map((one) => approve(id, one)))
    expect(replies.map(({ kind }) => kind)).toEqual(clicks.map(() => null))
    expect(new Set(replies.map(({ data }) => data.id)).size).toBe(1)
    expect([await refundCount(), await refunded()]).toEqual([1, [2100, 2100]])
    expect(
      (await rowsOf(`SELECT FROM audit_log WHERE action = 'refund-request.approved' AND subject = $1`, [id]))
        .length,
    ).toBe(1)
  })

  test('an approval and a withdrawal at once: one of them, never both', async () => {
    for (let round = 0; round < 4; round++) {
      payment = await paid()
      const id = await requested()
      const [approved, withdrawn] = await Promise.all([approve(id), call('refunds.withdraw', admin, { id })])
      expect([approved.kind, withdrawn.kind].filter((kind) => kind === null)).toHaveLength(1)
      expect([await statusOf(id), await refundCount()]).toEqual(
        approved.kind === null ? ['approved', 1] : ['withdrawn', 0],
      )
    }
  })

  test('an approval and another refund of the same payment at once: never more than was paid', async () => {
    const id = await requested(2400)
    const [approved, small] = await Promise.all([approve(id), refund(support, 500)])
    expect([approved.kind, small.kind].sort()).toEqual([null, 'not-refundable'].sort())
    expect((await refunded())[0]).toBe(approved.kind === null ? 2400 : 500)
  })

  test('a payment that was refunded otherwise meanwhile: the approval says so and refunds nothing', async () => {
    const id = await requested(2100)
    const path = `/api/v1/payments/${payment}/refunds`
    await product.api('POST', path, { amount: 1000 }, { 'idempotency-key': uuidv7() })
    expect(await approve(id)).toMatchObject({
      kind: 'not-refundable',
      detail: expect.stringMatching(/Only €14\.00 .* for €21\.00.*Reject/),
    })
    expect([await statusOf(id), await refunded()]).toEqual(['open', [1000, 1000]])
  })

  test('what the bank has taken in a dispute is neither approved nor requested; a dispute of another charge takes nothing', async () => {
    const bank = openPool(product.bankDatabaseUrl, { max: 1, name: 'refunds-bank' })
    try {
      const [{ ref }] = await rowsOf('SELECT gateway_ref AS ref FROM payment WHERE id = $1', [uuid(payment)])
      const id = await requested(2100)
      await product.deps.reconcileMovements()
      await dispute(bank, ref)
      await product.deps.reconcileMovements()
      expect(await approve(id)).toMatchObject({
        kind: 'not-refundable',
        detail: expect.stringMatching(/Only €0\.00 .*dispute.*Reject/),
      })
      expect([await statusOf(id), await refunded()]).toEqual(['open', [0, 0]])
      await call('refunds.withdraw', admin, { id })
      const again = { payment, amount: 2100, reason: 'again', newId: crypto.randomUUID() }
      expect((await call('refunds.request', admin, again)).kind).toBe('not-refundable')
      // As of a charge beyond the payment.
      await rowsOf(`UPDATE dispute SET charge_ref = 'ch_surplus' WHERE charge_ref = $1`, [ref])
      expect((await call('refunds.request', admin, again)).kind).toBeNull()
    } finally {
      await bank.end()
    }
  })

  test('the bank refuses an approved refund: no money moves, and another request may follow', async () => {
    const id = await requested()
    const gone = (amount: string) =>
      rowsOf(`UPDATE gateway_simulator.charge SET refunded_amount = ${amount} WHERE idempotency_key = $1`, [
        uuid(payment),
      ])
    await gone('amount')
    expect((await approve(id)).kind).toBe('refund-declined')
    await gone('0')
    expect((await approve(id)).kind).toBe('refund-declined')
    expect([await statusOf(id), await refunded()]).toEqual(['approved', [0, 0]])
    expect((await approve(await requested())).kind).toBeNull()
  })

  test('who has been an admin for less than 24 hours approves nothing, whoever asks and whoever invited them', async () => {
    const id = await requested()
    const invited = await person('admin')
    const promoted = await person('support')
    await product.owner.query(`UPDATE operator SET role = 'admin' WHERE id = $1`, [promoted.id])
    for (const who of [invited, promoted]) {
      expect(await approve(id, who)).toMatchObject({
        kind: 'forbidden',
        detail: expect.stringMatching(/24 hours/),
      })
      await expect(
        rowsOf(
          `UPDATE refund_request SET status = 'approved', decided_actor = $2, decided_at = now() WHERE id = $1`,
          [id, `operator:${who.id}`],
        ),
      ).rejects.toThrow(/not been an admin for 24 hours/)
    }
    expect([await refunded(), await statusOf(id)]).toEqual([[0, 0], 'open'])
    // A rejection moves no money, and an admin who stays one does not begin anew.
    await product.owner.query(`UPDATE operator SET admin_since = now() - interval '24 hours' WHERE id = $1`, [
      invited.id,
    ])
    await product.owner.query(`UPDATE operator SET role = 'admin' WHERE id = $1`, [invited.id])
    expect((await approve(id, invited)).kind).toBeNull()
    expect(await refunded()).toEqual([2100, 2100])
  })

  test('a request of someone who is no longer an admin is not approved', async () => {
    const leaver = await person('admin')
    const id = await requested(2100, leaver)
    await rowsOf(`UPDATE operator SET role = 'support' WHERE id = $1`, [leaver.id])
    expect(await approve(id)).toMatchObject({
      kind: 'forbidden',
      detail: expect.stringMatching(/no longer an admin/),
    })
    await rowsOf(`DELETE FROM operator WHERE id = $1`, [leaver.id])
    expect((await approve(id)).kind).toBe('forbidden')
    expect(await refundCount()).toBe(0)
  })

  test('after 72 hours nobody decides it, and a new one may be made', async () => {
    const id = await requested()
    await asIfBefore(`UPDATE refund_request SET expires_at = now() WHERE id = '${id}'`)
    expect(await approve(id)).toMatchObject({
      kind: 'not-refundable',
      detail: expect.stringMatching(/expired/),
    })
    expect((await call('refunds.reject', otherAdmin, { id })).kind).toBe('not-refundable')
    expect([await statusOf(id), await refundCount()]).toEqual(['open', 0])
    expect((await approve(await requested())).kind).toBeNull()
  })

  test('rejected by another, withdrawn by the one who asked, each once; and then it stays', async () => {
    const first = await requested()
    expect((await call('refunds.reject', admin, { id: first })).kind).toBe('forbidden')
    expect((await call('refunds.withdraw', otherAdmin, { id: first })).kind).toBe('forbidden')
    for (let press = 0; press < 2; press++)
      expect((await call('refunds.reject', otherAdmin, { id: first })).data).toEqual({ done: true })
    expect(await approve(first)).toMatchObject({
      kind: 'not-refundable',
      detail: expect.stringMatching(/rejected/),
    })
    const second = await requested()
    for (let press = 0; press < 2; press++)
      expect((await call('refunds.withdraw', admin, { id: second })).data).toEqual({ done: true })
    expect((await approve(second)).kind).toBe('not-refundable')
    const log = await rowsOf(`SELECT action FROM audit_log WHERE subject IN ($1, $2) ORDER BY seq`, [
      first,
      second,
    ])
    expect(log.map(({ action }) => action)).toEqual([
      'refund-request.made',
      'refund-request.rejected',
      'refund-request.made',
      'refund-request.withdrawn',
    ])
    expect(await refundCount()).toBe(0)
  })

  test('one open request for a payment, however many ask at once; a repeat is the same one', async () => {
    const asked = { payment, amount: 2100, reason: 'never arrived' }
    const ids = Array.from({ length: 5 }, () => crypto.randomUUID())
    const replies = await Promise.all(ids.map((newId) => call('refunds.request', admin, { ...asked, newId })))
    expect(replies.filter(({ kind }) => kind === null)).toHaveLength(1)
    expect(replies.filter(({ kind }) => kind === 'not-refundable')).toHaveLength(4)
    const [made] = replies.filter(({ kind }) => kind === null)
    const newId = made?.data.id
    expect((await call('refunds.request', admin, { ...asked, newId })).kind).toBeNull()
    expect((await call('refunds.request', admin, { ...asked, amount: 5, newId })).kind).toBe('key-reused')
    expect((await call('refunds.request', otherAdmin, { ...asked, newId })).kind).toBe('key-reused')
    expect(await rowsOf('SELECT FROM refund_request WHERE payment_id = $1', [uuid(payment)])).toHaveLength(1)
  })

  test('a request for more than is left is not made', async () => {
    const newId = crypto.randomUUID()
    const reply = await call('refunds.request', admin, { payment, amount: 2401, reason: 'x', newId })
    expect([reply.kind, await statusOf(newId)]).toEqual(['not-refundable', undefined])
  })

  test('it is in the list and on the payment’s page until it is decided', async () => {
    const id = await requested()
    const listed = async () =>
      (await call('refunds.requests', viewer, {})).data.requests.map((one: { id: string }) => one.id)
    expect(await listed()).toContain(id)
    const onPage = async (who: TestOperator) =>
      (await call('payments.get', who, { id: payment })).data.refundRequests
    expect(await onPage(admin)).toMatchObject([
      { id, status: 'open', yours: true, by: { name: 'admin' }, decidedBy: null },
    ])
    await approve(id)
    expect(await listed()).not.toContain(id)
    expect(await onPage(otherAdmin)).toMatchObject([
      {
        id,
        status: 'approved',
        yours: false,
        decidedBy: { actor: `operator:${otherAdmin.id}` },
        refundStatus: 'succeeded',
      },
    ])
  })
})

describe('the invariant', () => {
  test.each([
    ['approved by the one who asked', `UPDATE refund_request SET decided_actor = actor WHERE id = $1`],
    ['approved with another amount', `UPDATE refund_request SET amount = amount + 1 WHERE id = $1`],
    ['refunded and not approved', `UPDATE refund_request SET status = 'rejected' WHERE id = $1`],
    ['approved without a refund', `DELETE FROM operator_refund WHERE refund_request_id = $1`],
  ])('sees a request %s, by whoever can switch the triggers off', async (_, change) => {
    const id = await requested()
    await approve(id)
    const client = await product.owner.connect()
    const broken = async () =>
      (await client.query('SELECT subject FROM integrity_across.refund_request_is_decided_by_another')).rows
    expect(await broken()).toEqual([])
    await client.query('BEGIN')
    await client.query('ALTER TABLE refund_request DROP CONSTRAINT refund_request_four_eyes')
    await client.query('SET LOCAL session_replication_role = replica')
    await client.query(change, [id])
    expect(await broken()).toEqual([{ subject: `refund_request ${id}` }])
    await client.query('ROLLBACK')
    client.release()
  })
})

describe('the bank does not answer', () => {
  /** The resolver's round, with every doubt due. */
  async function settleDoubt(): Promise<void> {
    await rowsOf(`UPDATE idempotency_record SET lease_until = now() - interval '1 s' WHERE state = 'unknown'`)
    await asIfBefore(`UPDATE refund SET created_at = now() - interval '1 minute' WHERE status = 'unknown'`)
    const { engine, operations } = product.deps
    await engine.recover(operations.operatorRefund, 20, 'test')
    await engine.recover(operations.approvedRefund, 20, 'test')
  }
  const silence = () => vi.spyOn(product.bank, 'refund').mockRejectedValueOnce(new Error('the bank is away'))

  test('a refund in doubt counts for the limit, is asked for again under its key, and is made once', async () => {
    silence()
    const reply = await refund(support, 800, { key: 'doubt' })
    expect(reply.kind).toBe('outcome-unknown')
    expect((await refund(support, 300)).kind).toBe('forbidden')
    expect((await refund(support, 800, { key: 'doubt' })).kind).toBe('outcome-unknown')
    await settleDoubt()
    expect((await refund(support, 800, { key: 'doubt' })).data).toMatchObject({
      amount: 800,
      idempotency: { outcome: 'replayed' },
    })
    expect([await refundCount(), await refunded()]).toEqual([1, [800, 800]])
  })

  test('an approval in doubt stays an approval: another press, by whomever, is no second refund', async () => {
    const id = await requested()
    silence()
    expect((await approve(id)).kind).toBe('outcome-unknown')
    expect((await approve(id, third)).kind).toBe('outcome-unknown')
    expect((await call('refunds.withdraw', admin, { id })).kind).toBe('not-refundable')
    const shown = async () => (await call('payments.get', viewer, { id: payment })).data.refundRequests[0]
    expect(await shown()).toMatchObject({ status: 'approved', refundStatus: 'pending' })
    await settleDoubt()
    expect(await shown()).toMatchObject({ refundStatus: 'succeeded' })
    expect((await approve(id, third)).data.idempotency.outcome).toBe('replayed')
    expect([await refundCount(), await refunded()]).toEqual([1, [2100, 2100]])
  })
})

describe('the payment’s page', () => {
  test('8 names who paid and who refunded; from where, and in which request, for support and admins', async () => {
    const leaver = await person('admin')
    await refund(leaver, 100)
    const seenBy = async (who: TestOperator) => (await call('payments.get', who, { id: payment })).data
    expect(await seenBy(support)).toMatchObject({
      by: { kind: 'key', name: 'Test', requestId: expect.any(String) },
      refunds: [{ by: { kind: 'operator', name: 'admin', requestId: expect.any(String) } }],
    })
    const viewed = await seenBy(viewer)
    const hidden = { address: null, requestId: null }
    expect(viewed).toMatchObject({
      by: { name: 'Test', ...hidden },
      refunds: [{ by: { name: 'admin', ...hidden } }],
    })
    await rowsOf('DELETE FROM operator WHERE id = $1', [leaver.id])
    expect((await seenBy(viewer)).refunds[0].by).toMatchObject({
      name: null,
      actor: `operator:${leaver.id}`,
    })
  })

  test('names what each role may still refund', async () => {
    const rights = async (who: TestOperator) =>
      (await call('payments.get', who, { id: payment })).data.refundRights
    expect(await rights(viewer)).toBeNull()
    expect(await rights(support)).toMatchObject({ refundable: 2400, alone: 1000, confirmed: null })
    expect(await rights(admin)).toMatchObject({ refundable: 2400, alone: 1000, confirmed: 2000 })
    await refund(admin, 1500)
    expect(await rights(support)).toMatchObject({ refundable: 900, alone: 0, confirmed: null })
    expect(await rights(admin)).toMatchObject({ refundable: 900, alone: 0, confirmed: 500 })
    await product.api('POST', `/api/v1/payments/${payment}/refunds`, {}, { 'idempotency-key': uuidv7() })
    expect(await rights(admin)).toBeNull()
  })
})

describe('the database refuses, from any caller', () => {
  const asApp = (statement: string) => product.deps.db.$executeRawUnsafe(statement)
  const decide = (id: string, status: string, by: string) =>
    asApp(
      `UPDATE refund_request SET status = '${status}', decided_actor = '${by}', decided_at = now() WHERE id = '${id}'`,
    )

  test('an approval by the one who asked', async () => {
    const id = await requested()
    await expect(decide(id, 'approved', `operator:${admin.id}`)).rejects.toThrow(
      /not of two admins|four_eyes/,
    )
    await expect(decide(id, 'rejected', `operator:${admin.id}`)).rejects.toThrow(/four_eyes/)
    await expect(decide(id, 'withdrawn', `operator:${otherAdmin.id}`)).rejects.toThrow(/four_eyes/)
  })

  test('an approval by somebody who is no admin of the merchant', async () => {
    const id = await requested()
    const foreign = await newOperator(product, 'admin', (await product.otherMerchant()).merchantId)
    for (const who of [support, foreign, { id: 'nobody' }])
      await expect(decide(id, 'approved', `operator:${who.id}`)).rejects.toThrow(/not of two admins/)
    await expect(decide(id, 'approved', `OPERATOR:${admin.id}`)).rejects.toThrow(/not of two admins/)
  })

  test('an approval without its refund', async () => {
    const id = await requested()
    await expect(decide(id, 'approved', `operator:${otherAdmin.id}`)).rejects.toThrow(/without its refund/)
    expect(await statusOf(id)).toBe('open')
  })

  test.each(['approved', 'open', 'withdrawn'])('a decided request made %s', async (status) => {
    const id = await requested()
    await call('refunds.reject', otherAdmin, { id })
    const by = status === 'open' ? 'NULL' : `'operator:${otherAdmin.id}'`
    const change = `UPDATE refund_request SET status = '${status}', decided_actor = ${by} WHERE id = '${id}'`
    await expect(asApp(change)).rejects.toThrow(/a decision may not change/)
    await expect(product.owner.query(change)).rejects.toThrow(/a decision may not change/)
  })

  test.each(['amount = amount - 1', `actor = 'operator:x'`, `expires_at = 'infinity'`, `reason = 'y'`])(
    'what was asked for, changed: %s',
    async (set) => {
      await requested()
      await expect(
        product.owner.query(`UPDATE refund_request SET ${set} WHERE status = 'open'`),
      ).rejects.toThrow(/may not change/)
    },
  )

  test('a request that was never open, and the end of one without a trace', async () => {
    const values = `'${product.merchantId}', gen_random_uuid(), '${uuid(payment)}', 1, 'EUR', 'r'`
    await expect(
      product.owner.query(
        `INSERT INTO refund_request (merchant_id, id, payment_id, amount, currency, reason, actor, status, decided_actor, decided_at) VALUES (${values}, 'operator:a', 'approved', 'operator:b', now())`,
      ),
    ).rejects.toThrow(/begins open/)
    await expect(product.owner.query('DELETE FROM refund_request')).rejects.toThrow()
    await expect(product.owner.query('DELETE FROM operator_refund')).rejects.toThrow()
    await expect(product.owner.query('UPDATE operator_refund SET amount = 1')).rejects.toThrow()
  })

  test('a second refund of one approval, and one of another amount than was approved', async () => {
    const id = await requested(1200)
    await approve(id)
    // A refund that is there, of the same payment, counted for the approval again.
    const reply = await product.api(
      'POST',
      `/api/v1/payments/${payment}/refunds`,
      { amount: 1200 },
      { 'idempotency-key': uuidv7() },
    )
    const [{ actor }] = await rowsOf('SELECT actor FROM refund WHERE id = $1', [readId('ref', reply.body.id)])
    const count = (who: string, amount: number, request: string) =>
      asApp(
        `INSERT INTO operator_refund (merchant_id, refund_id, payment_id, actor, amount, currency, refund_request_id)
         VALUES ('${product.merchantId}', '${readId('ref', reply.body.id)}', '${uuid(payment)}', '${who}', ${amount}, 'EUR', ${request})`,
      )
    await expect(count(actor, 1200, 'NULL')).rejects.toThrow(/operator_refund_by_operator/)
    await expect(count(`operator:${otherAdmin.id}`, 1200, 'NULL')).rejects.toThrow(/not as it is counted/)
    await expect(count(`operator:${otherAdmin.id}`, 1200, `'${id}'`)).rejects.toThrow(
      /refund_request_id|Unique/,
    )
  })
})

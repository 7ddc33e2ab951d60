import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { readId, uuidv7 } from '@/lib/id'
import { openDb, openPool } from '@/platform/db'
import { check } from '@/setup/verify'
import { callProcedure, newOperator, type ProcedureReply, type TestOperator } from '../testing/operators'
import { openTestProduct, type TestProduct } from '../testing/product'

/** How two admins end what is parked: what they may, what the client gets, what races do, and what the database refuses from anybody. */
let product: TestProduct
let viewer: TestOperator
let support: TestOperator
let admin: TestOperator
let second: TestOperator
let third: TestOperator
let find: TestProduct['bank']['find']

beforeAll(async () => {
  product = await openTestProduct()
  viewer = await newOperator(product, 'viewer')
  support = await newOperator(product, 'support')
  admin = await newOperator(product, 'admin')
  second = await newOperator(product, 'admin')
  third = await newOperator(product, 'admin')
  await run(`UPDATE operator SET admin_since = now() - interval '2 days' WHERE role = 'admin'`)
  find = product.bank.find.bind(product.bank)
})
afterAll(() => product.close())
afterEach(() => {
  product.bank.find = find
})

const uuid = (shown: string) => readId('pay', shown) as string
const run = async (text: string, ...values: unknown[]) => (await product.owner.query(text, values)).rows
const one = async (text: string, ...values: unknown[]) => (await run(text, ...values))[0]

async function call(path: string, who: TestOperator, input: object = {}): Promise<ProcedureReply> {
  const type = /ofPayment|waiting|strays/.test(path) ? 'query' : 'mutation'
  return callProcedure(product, { path: `resolutions.${path}`, type, input, cookie: await who.cookie() })
}
const confirm = (id: string, who = second) => call('confirm', who, { id })

interface Parked {
  id: string
  key: string
  body: object
  recordId: string
}

/** A payment of 24.00 by REST whose answer was lost, parked. `charged`: the bank has made the charge. */
async function parkedPayment(charged: boolean): Promise<Parked> {
  const key = uuidv7()
  product.bank.find = find
  // An answer in between: after many without one, the bank counts as away.
  await paid()
  const paymentMethod = charged ? 'pm_card_error_after_charge' : 'pm_card_error_before_charge'
  const body = { amount: 2_400, currency: 'EUR', paymentMethod }
  const reply = await product.api('POST', '/api/v1/payments', body, { 'idempotency-key': key })
  expect(reply.body.kind).toBe('outcome-unknown')
  const id = reply.body.payment as string
  const { id: recordId } = await one(
    `UPDATE idempotency_record SET parked_at = now(), parked_reason = 'silent' WHERE subject_id = $1 AND state = 'unknown' RETURNING id`,
    uuid(id),
  )
  // A silent bank: only a statement tells.
  product.bank.find = () => Promise.reject(new Error('silent'))
  return { id, key, body, recordId }
}
/** A payment of 24.00 that succeeded. */
async function paid(): Promise<string> {
  const body = { amount: 2_400, currency: 'EUR', paymentMethod: 'pm_card_visa' }
  return (await product.api('POST', '/api/v1/payments', body, { 'idempotency-key': uuidv7() })).body.id
}
const retry = ({ key, body }: Parked) =>
  product.api('POST', '/api/v1/payments', body, { 'idempotency-key': key })
const chargeOf = async (id: string) =>
  (await one(`SELECT id FROM gateway_simulator.charge WHERE idempotency_key = $1`, uuid(id))).id as string
const statusOf = async (id: string) =>
  (await one(`SELECT status FROM payment WHERE id = $1`, uuid(id))).status
const captures = (id: string) => product.count('captures', `payment_id = '${uuid(id)}' AND kind = 'capture'`)
/** The bank's list, read again from its beginning. */
async function readList() {
  await run(`UPDATE reconciliation SET since = now() - interval '1 hour', after = NULL`)
  return product.deps.reconcile()
}

async function caseOf(payment: string, kind = 'payment', who = admin) {
  const { data } = await call('ofPayment', who, { payment })
  return data.cases.find((found: { kind: string }) => found.kind === kind)
}

async function propose(
  payment: string,
  ending: string,
  more: { kind?: string; bankRef?: string | null; who?: TestOperator; newId?: string; shown?: string } = {},
): Promise<ProcedureReply & { id: string }> {
  const { kind = 'payment', bankRef = null, who = admin, newId = uuidv7(), shown } = more
  const found = await caseOf(payment, kind)
  const input = { kind, subject: found.subject, ending, bankRef, payment: null, newId }
  const evidence = 'Statement of 27 Nov, line 12'
  const reply = await call('propose', who, { ...input, evidence, shown: shown ?? found.shown })
  return { ...reply, id: newId }
}

async function offenders() {
  const pool = openPool(product.owner.options.connectionString as string, { max: 1, name: 'verify' })
  const db = openDb(pool)
  const { findings } = await check(db)
  await db.$disconnect()
  await pool.end()
  return findings.filter(({ offenders }) => offenders.length > 0)
}

describe('a parked payment', () => {
  test('17.7 is declared charged: settled, posted, told, audited, and the client’s next retry gets the answer', async () => {
    const parked = await parkedPayment(true)
    const found = await caseOf(parked.id)
    expect(found).toMatchObject({ amount: 2_400, currency: 'EUR', reason: 'silent', charges: [] })
    expect(found.endings.map(({ ending }: { ending: string }) => ending)).toEqual(['charged', 'not-charged'])

    const bankRef = await chargeOf(parked.id)
    const { id, kind } = await propose(parked.id, 'charged', { bankRef })
    expect(kind).toBeNull()
    // A proposal alone moves nothing.
    expect([await statusOf(parked.id), await captures(parked.id)]).toEqual(['unknown', 0])
    expect((await retry(parked)).body.kind).toBe('outcome-unknown')
    const { data } = await call('waiting', viewer)
    expect(data.resolutions).toMatchObject([{ id, ending: 'charged', bankRef, decisions: [], yours: false }])

    expect((await confirm(id)).kind).toBeNull()
    const answer = await retry(parked)
    expect([answer.status, answer.body.status, answer.header('idempotent-replayed')]).toEqual([
      201,
      'succeeded',
      'true',
    ])
    expect([await statusOf(parked.id), await captures(parked.id)]).toEqual(['succeeded', 1])
    expect(
      await one(`SELECT state, parked_at, fence FROM idempotency_record WHERE id = $1`, parked.recordId),
    ).toMatchObject({ state: 'completed', parked_at: null })
    expect(
      await one(
        `SELECT status FROM orders o WHERE id = (SELECT order_id FROM payment WHERE id = $1)`,
        uuid(parked.id),
      ),
    ).toEqual({ status: 'paid' })
    const audited = await run(
      `SELECT actor, action, detail FROM audit_log WHERE subject = $1 ORDER BY seq`,
      id,
    )
    expect(audited).toMatchObject([
      {
        actor: `operator:${admin.id}`,
        action: 'resolution.proposed',
        detail: expect.stringContaining('"reason": "silent"'.replace(' ', '')),
      },
      {
        actor: `operator:${second.id}`,
        action: 'resolution.confirmed',
        detail: expect.stringContaining(`parked → charged as ${bankRef}`),
      },
    ])
    expect((await call('waiting', viewer)).data.resolutions).toEqual([])
    await readList()
    expect(await offenders()).toEqual([])
  })

  test('is declared not charged: the client may try again, and the bank can never charge under its key', async () => {
    const parked = await parkedPayment(false)
    const { id } = await propose(parked.id, 'not-charged')
    expect((await confirm(id)).kind).toBeNull()
    const answer = await retry(parked)
    expect(answer.body).toMatchObject({ kind: 'not-charged', safeNewKey: true })
    expect([await statusOf(parked.id), await captures(parked.id)]).toEqual(['not_charged', 0])
    expect(await offenders()).toEqual([])
  })

  test('with a charge in the bank’s list: “not charged” is not offered; the listed one is, and ends it', async () => {
    const parked = await parkedPayment(true)
    await readList()
    const found = await caseOf(parked.id)
    const bankRef = await chargeOf(parked.id)
    expect(found.listedRef).toBe(bankRef)
    expect(found.endings.map(({ ending }: { ending: string }) => ending)).toEqual(['charged', 'return'])
    expect(await propose(parked.id, 'not-charged')).toMatchObject({ kind: 'not-resolvable' })
    expect(await propose(parked.id, 'charged', { bankRef: 'ch_other' })).toMatchObject({
      kind: 'not-resolvable',
      detail: expect.stringContaining(bankRef),
    })

    const charged = await propose(parked.id, 'charged', { bankRef })
    expect([charged.kind, (await confirm(charged.id)).kind]).toEqual([null, null])
    expect([await statusOf(parked.id), await captures(parked.id)]).toEqual(['succeeded', 1])
    expect((await product.deps.reconcile()).alerts).toBe(0)
    expect(await run(`SELECT FROM open_charge WHERE gateway_ref = $1`, bankRef)).toEqual([])
  })

  test('with a charge that is to go back: the payment ends unpaid, and the charge is given back', async () => {
    const parked = await parkedPayment(true)
    await readList()
    const { id } = await propose(parked.id, 'return')
    expect((await confirm(id)).kind).toBeNull()
    expect((await retry(parked)).body).toMatchObject({
      kind: 'not-charged',
      detail: expect.stringContaining('given back'),
    })
    const { refunded, alerts } = await product.deps.reconcile()
    expect([refunded, alerts]).toEqual([1, 0])
    expect(await offenders()).toEqual([])
  })

  test('the bank is asked once more before it counts: an answer that says otherwise refuses it', async () => {
    const parked = await parkedPayment(true)
    const { id } = await propose(parked.id, 'not-charged')
    product.bank.find = find
    expect(await confirm(id)).toMatchObject({
      kind: 'not-resolvable',
      detail: expect.stringMatching(/charged/),
    })
    expect([await statusOf(parked.id), await captures(parked.id)]).toEqual(['unknown', 0])
    // The bank's answer ends it.
    await call('reject', second, { id })
    const again = { path: 'idempotency.askAgain', type: 'mutation', input: { id: parked.recordId } }
    await callProcedure(product, { ...again, cookie: await support.cookie() })
    await product.deps.engine.recover(product.deps.operations.createPayment, 10, 'r')
    expect(await statusOf(parked.id)).toBe('succeeded')
  })
})

describe('who may, and when', () => {
  test('a viewer and support propose nothing and confirm nothing; nobody confirms their own; a new admin waits a day', async () => {
    const parked = await parkedPayment(false)
    for (const who of [viewer, support])
      expect((await propose(parked.id, 'not-charged', { who })).status).toBe(403)
    const { id } = await propose(parked.id, 'not-charged')
    for (const who of [viewer, support, admin]) expect((await confirm(id, who)).kind).toBe('forbidden')
    const fresh = await newOperator(product, 'admin')
    expect(await confirm(id, fresh)).toMatchObject({
      kind: 'forbidden',
      detail: expect.stringMatching(/24 hours/),
    })
    expect((await call('reject', admin, { id })).kind).toBe('forbidden')
    expect((await call('withdraw', second, { id })).kind).toBe('forbidden')
    expect(await statusOf(parked.id)).toBe('unknown')
    expect((await call('withdraw', admin, { id })).data).toEqual({ done: true })
    expect((await call('withdraw', admin, { id })).data).toEqual({ done: true })
    expect((await confirm(id)).kind).toBe('not-resolvable')
  })

  test('one who is no admin any more has proposed nothing', async () => {
    const parked = await parkedPayment(false)
    const { id } = await propose(parked.id, 'not-charged', { who: third })
    await run(`UPDATE operator SET role = 'support' WHERE id = $1`, third.id)
    expect((await confirm(id)).kind).toBe('not-resolvable')
    expect(await statusOf(parked.id)).toBe('unknown')
    await run(`UPDATE operator SET role = 'admin' WHERE id = $1`, third.id)
    await run(`UPDATE operator SET admin_since = now() - interval '2 days' WHERE id = $1`, third.id)
    await call('withdraw', third, { id })
  })

  test('a proposal is made once, one at a time, and of what was shown', async () => {
    const parked = await parkedPayment(false)
    const newId = uuidv7()
    expect((await propose(parked.id, 'not-charged', { newId })).kind).toBeNull()
    expect((await propose(parked.id, 'not-charged', { newId })).kind).toBeNull()
    expect((await propose(parked.id, 'charged', { newId, bankRef: 'ch_x' })).kind).toBe('key-reused')
    expect((await propose(parked.id, 'not-charged')).kind).toBe('not-resolvable')
    expect((await propose(parked.id, 'not-charged', { shown: 'x'.repeat(32) })).kind).toBe('not-resolvable')
    expect(await run(`SELECT FROM resolution WHERE subject = $1`, uuid(parked.id))).toHaveLength(1)
    await call('withdraw', admin, { id: newId })
  })

  test('facts that changed since: the confirmation is refused and nothing is done', async () => {
    const parked = await parkedPayment(true)
    const { id } = await propose(parked.id, 'not-charged')
    await readList()
    expect((await confirm(id)).kind).toBe('not-resolvable')
    expect([await statusOf(parked.id), await captures(parked.id)]).toEqual(['unknown', 0])
    await call('withdraw', admin, { id })
  })

  test('an expired proposal is no proposal', async () => {
    const parked = await parkedPayment(false)
    const { id } = await propose(parked.id, 'not-charged')
    await run(
      `SET session_replication_role = replica; UPDATE resolution SET expires_at = now() WHERE id = '${id}'; RESET session_replication_role`,
    )
    expect(await confirm(id)).toMatchObject({
      kind: 'not-resolvable',
      detail: expect.stringMatching(/72 hours/),
    })
    expect((await propose(parked.id, 'not-charged')).kind).toBeNull()
  })

  test('a reference that another payment has is refused', async () => {
    const bankRef = await chargeOf(await paid())
    const parked = await parkedPayment(false)
    expect((await propose(parked.id, 'charged', { bankRef })).kind).toBe('not-resolvable')
  })

  test('another merchant sees and decides nothing', async () => {
    const parked = await parkedPayment(false)
    const { id } = await propose(parked.id, 'not-charged')
    const other = await newOperator(product, 'admin', (await product.otherMerchant()).merchantId)
    await run(`UPDATE operator SET admin_since = now() - interval '2 days' WHERE id = $1`, other.id)
    expect((await confirm(id, other)).kind).toBe('not-found')
    expect((await call('waiting', other)).data.resolutions).toEqual([])
    expect((await call('ofPayment', other, { payment: parked.id })).data.cases).toEqual([])
  })
})

describe('races', () => {
  test('ten confirmations by two admins at once are one end', async () => {
    const parked = await parkedPayment(true)
    const { id } = await propose(parked.id, 'charged', { bankRef: await chargeOf(parked.id) })
    const replies = await Promise.all(
      Array.from({ length: 10 }, (_, turn) => confirm(id, turn % 2 === 0 ? second : third)),
    )
    expect(replies.map(({ kind }) => kind)).toEqual(Array(10).fill(null))
    expect([await captures(parked.id), await statusOf(parked.id)]).toEqual([1, 'succeeded'])
    expect(
      await run(`SELECT FROM audit_log WHERE subject = $1 AND action = 'resolution.confirmed'`, id),
    ).toHaveLength(1)
  })

  test('a confirmation against a resolver that has it again: one end, whoever is first', async () => {
    for (let round = 0; round < 6; round++) {
      const parked = await parkedPayment(true)
      const { id } = await propose(parked.id, 'charged', { bankRef: await chargeOf(parked.id) })
      const again = async () => {
        await product.deps.store.unpark(product.merchantId, parked.recordId, [])
        product.bank.find = find
        await product.deps.engine.recover(product.deps.operations.createPayment, 10, 'r')
      }
      const [reply] = await Promise.all([confirm(id), again()])
      expect([null, 'not-resolvable']).toContain(reply.kind)
      // Whoever lost left it: asked again, it comes to the same end.
      await product.deps.engine.recover(product.deps.operations.createPayment, 10, 'r')
      expect([await statusOf(parked.id), await captures(parked.id)]).toEqual(['succeeded', 1])
    }
    expect(await offenders()).toEqual([])
  })

  test('a resolver that wakes late under its old claim changes nothing', async () => {
    const parked = await parkedPayment(false)
    const { token, fence } = await one(
      `SELECT token::text, fence FROM idempotency_record WHERE id = $1`,
      parked.recordId,
    )
    const { id } = await propose(parked.id, 'not-charged')
    await confirm(id)
    const claim = { merchantId: product.merchantId, id: parked.recordId, token, fence }
    const late = { to: 'completed', answer: { status: 201, problem: null, body: '{}' }, writes: [] } as const
    expect(await product.deps.store.commit(claim, { ...late, writes: [] })).toBe(false)
    expect(await product.deps.store.renew(claim)).toBe(false)
    expect((await retry(parked)).body.kind).toBe('not-charged')
  })

  test('a bank that says the contrary afterwards: recorded and posted, parked with an alert, never changed by itself', async () => {
    const parked = await parkedPayment(false)
    const { id } = await propose(parked.id, 'not-charged')
    await confirm(id)
    await run(
      `INSERT INTO gateway_simulator.charge (id, idempotency_key, amount, currency) VALUES ('ch_late_' || $1, $1, 2400, 'EUR')`,
      uuid(parked.id),
    )
    const { refunded, parked: stopped, alerts } = await readList()
    expect([refunded, stopped, alerts]).toEqual([0, 1, 1])
    expect(await statusOf(parked.id)).toBe('not_charged')
    expect(
      await run(`SELECT FROM gateway_simulator.refund WHERE charge_id = 'ch_late_' || $1`, uuid(parked.id)),
    ).toEqual([])
    // And that is ended by two people, too.
    const back = await propose(parked.id, 'return', { kind: 'surplus' })
    expect([back.kind, (await confirm(back.id)).kind]).toEqual([null, null])
    expect((await product.deps.reconcile()).refunded).toBe(1)
    expect(await offenders()).toEqual([])
  })
})

/** A charge beyond a payment, which the bank refused to give back. */
async function parkedSurplus(): Promise<{ payment: string; ref: string }> {
  const body = { amount: 2_400, currency: 'EUR', paymentMethod: 'pm_card_charged_twice' }
  const { id } = (await product.api('POST', '/api/v1/payments', body, { 'idempotency-key': uuidv7() })).body
  const refund = product.bank.refund.bind(product.bank)
  product.bank.refund = async () => null
  await readList()
  product.bank.refund = refund
  const { gateway_ref: ref } = await one(
    `SELECT gateway_ref FROM surplus_charge WHERE payment_id = $1 AND status = 'parked'`,
    uuid(id),
  )
  return { payment: id, ref }
}
const surplusOf = async (ref: string) =>
  (await one(`SELECT status FROM surplus_charge WHERE gateway_ref = $1`, ref)).status
const owed = async () =>
  Number(
    (
      await one(
        `SELECT coalesce(sum(e.amount), 0) AS sum FROM entry e JOIN account a ON (a.merchant_id, a.id) = (e.merchant_id, e.account_id) WHERE a.code = 'surplus_charges'`,
      )
    ).sum,
  )

describe('a parked surplus charge', () => {
  test('is returned: the bank is asked again under the same key', async () => {
    const { payment, ref } = await parkedSurplus()
    const { id } = await propose(payment, 'return', { kind: 'surplus' })
    expect((await confirm(id)).kind).toBeNull()
    expect(await surplusOf(ref)).toBe('found')
    expect((await product.deps.reconcile()).refunded).toBe(1)
    expect(await surplusOf(ref)).toBe('refunded')
    expect(await offenders()).toEqual([])
  })

  test('was returned, by the statement: its posting is reversed', async () => {
    const { payment, ref } = await parkedSurplus()
    await product.bank.refund({ key: `surplus:by-hand:${ref}`, ref, amountMinor: 2_400n, currency: 'EUR' })
    const { id } = await propose(payment, 'returned', { kind: 'surplus' })
    expect((await confirm(id)).kind).toBeNull()
    expect([await surplusOf(ref), await owed()]).toEqual(['refunded', 0])
    expect(await offenders()).toEqual([])
  })

  test('is kept: what was owed becomes revenue, and the movement at the bank still matches', async () => {
    const { payment, ref } = await parkedSurplus()
    const { id } = await propose(payment, 'keep', { kind: 'surplus' })
    const before = await owed()
    expect((await confirm(id)).kind).toBeNull()
    expect([await surplusOf(ref), (await owed()) - before]).toEqual(['kept', 2_400])
    await product.deps.reconcileMovements()
    expect(
      (await one(`SELECT state FROM bank_movement WHERE charge_ref = $1 AND kind = 'charge'`, ref)).state,
    ).toBe('matched')
    expect(await offenders()).toEqual([])
  })

  test('nobody else moves it out of parked, nor two with an older decision, nor back from an end', async () => {
    const { payment, ref } = await parkedSurplus()
    const move = (set: string) =>
      product.owner.query(`UPDATE surplus_charge SET ${set} WHERE gateway_ref = '${ref}'`)
    for (const set of [`status = 'found', settled_at = NULL`, `status = 'refunded'`, `status = 'kept'`])
      await expect(move(set)).rejects.toThrow(/two admins must end it/)
    await expect(move(`reason = 'other'`)).rejects.toThrow(/may not change/)
    const { id } = await propose(payment, 'return', { kind: 'surplus' })
    await confirm(id)
    const refund = product.bank.refund.bind(product.bank)
    product.bank.refund = async () => null
    await product.deps.reconcile()
    product.bank.refund = refund
    expect(await surplusOf(ref)).toBe('parked')
    await expect(move(`status = 'found', settled_at = NULL`)).rejects.toThrow(/two admins must end it/)
    const kept = await propose(payment, 'keep', { kind: 'surplus' })
    await confirm(kept.id)
    await expect(move(`status = 'found', settled_at = NULL`)).rejects.toThrow(/may not change/)
  })
})

describe('a stray charge', () => {
  async function stray(): Promise<string> {
    const ref = `ch_stray_${uuidv7()}`
    await run(
      `INSERT INTO gateway_simulator.charge (id, idempotency_key, amount, currency) VALUES ($1, $1, 2400, 'EUR')`,
      ref,
    )
    await readList()
    return ref
  }
  const strays = async (who = admin) =>
    (await call('strays', who)).data.cases as { subject: string; shown: string }[]

  test('is matched to a payment that has none', async () => {
    const ref = await stray()
    expect((await strays()).map(({ subject }) => subject)).toContain(ref)
    const parked = await parkedPayment(false)
    const { id, kind } = await propose(parked.id, 'charged', { bankRef: ref })
    expect([kind, (await confirm(id)).kind]).toEqual([null, null])
    expect(await statusOf(parked.id)).toBe('succeeded')
    // Read again, it is explained.
    expect((await readList()).alerts).toBe(0)
    expect(await run(`SELECT FROM open_charge WHERE gateway_ref = $1`, ref)).toEqual([])
    expect(await offenders()).toEqual([])
  })

  test('is returned with a payment that has ended: posted beyond it, and given back', async () => {
    const ref = await stray()
    const payment = await paid()
    const found = (await strays()).find(({ subject }) => subject === ref)
    const newId = uuidv7()
    const input = {
      kind: 'stray',
      subject: ref,
      ending: 'return',
      bankRef: null,
      evidence: 'paid twice',
      newId,
    }
    const parked = await parkedPayment(false)
    const notEnded = await call('propose', admin, { ...input, payment: parked.id, shown: found?.shown })
    expect(notEnded.kind).toBe('not-resolvable')
    expect((await call('propose', admin, { ...input, payment, shown: found?.shown })).kind).toBeNull()
    expect((await confirm(newId)).kind).toBeNull()
    expect((await product.deps.reconcile()).refunded).toBe(1)
    expect(await surplusOf(ref)).toBe('refunded')
    expect((await readList()).alerts).toBe(0)
  })

  test('of the installation’s account is the first merchant’s alone', async () => {
    const ref = await stray()
    const other = await newOperator(product, 'admin', (await product.otherMerchant()).merchantId)
    expect(await strays(other)).toEqual([])
    await run(`DELETE FROM gateway_simulator.charge WHERE id = $1`, ref)
    await run(`DELETE FROM open_charge WHERE gateway_ref = $1`, ref)
  })
})

describe('the database refuses, from anybody', () => {
  const insert = (set: Record<string, string>) => {
    const columns = {
      kind: `'payment'`,
      ending: `'not-charged'`,
      bank_ref: 'NULL',
      actor: `'operator:a'`,
      ...set,
    }
    return product.owner.query(
      `INSERT INTO resolution (merchant_id, id, subject, payment_id, facts, evidence, ${Object.keys(columns)})
       SELECT merchant_id, gen_random_uuid(), id::text, id, '{}', 'x', ${Object.values(columns)} FROM payment LIMIT 1`,
    )
  }

  test.each([
    ['an end of another kind', { ending: `'keep'` }, /resolution_ending/],
    ['“charged” without its reference', { ending: `'charged'` }, /resolution_names_what_it_says/],
    ['a reference of nothing', { bank_ref: `'ch'` }, /resolution_names_what_it_says/],
    ['a proposal by a program', { actor: `'key:a'` }, /resolution_by_operator/],
    ['one that is confirmed from the beginning', { status: `'confirmed'` }, /begins open/],
  ])('%s', async (_, set, error) => {
    await expect(insert(set as Record<string, string>)).rejects.toThrow(error)
  })

  test('a confirmation by the one who proposed, by a stranger, or without its end', async () => {
    const parked = await parkedPayment(false)
    const { id } = await propose(parked.id, 'not-charged')
    const set = (by: string) =>
      product.owner.query(
        `UPDATE resolution SET status = 'confirmed', decided_actor = 'operator:' || $2, decided_at = now() WHERE id = $1`,
        [id, by],
      )
    await expect(set(admin.id)).rejects.toThrow(/two admins|four_eyes/)
    await expect(set(support.id)).rejects.toThrow(/two admins/)
    await expect(set(second.id)).rejects.toThrow(/confirmed without its end/)
    await expect(
      product.owner.query(`UPDATE resolution SET evidence = 'y' WHERE id = $1`, [id]),
    ).rejects.toThrow(/may not change/)
    await expect(product.owner.query(`DELETE FROM resolution WHERE id = $1`, [id])).rejects.toThrow()
    await call('withdraw', admin, { id })
    await expect(set(second.id)).rejects.toThrow(/a decision may not change/)
  })
})

describe('a parked refund', () => {
  async function parkedRefund(): Promise<{ payment: string; refund: string; key: string; body: object }> {
    const id = await paid()
    const refund = product.bank.refund.bind(product.bank)
    product.bank.refund = () => Promise.reject(new Error('silent'))
    const key = uuidv7()
    const asked = { amount: 900 }
    const reply = await product.api('POST', `/api/v1/payments/${id}/refunds`, asked, {
      'idempotency-key': key,
    })
    expect(reply.body.kind).toBe('outcome-unknown')
    product.bank.refund = refund
    const row = await one(
      `UPDATE idempotency_record r SET parked_at = now(), parked_reason = 'silent' FROM refund f
       WHERE f.payment_id = $1 AND r.id = f.record_id AND r.merchant_id = f.merchant_id RETURNING f.id::text`,
      uuid(id),
    )
    return { payment: id, refund: row.id, key, body: asked }
  }
  const again = ({ key, body, payment }: { key: string; body: object; payment: string }) =>
    product.api('POST', `/api/v1/payments/${payment}/refunds`, body, { 'idempotency-key': key })

  test('was made, by the statement: posted once, and its key answers', async () => {
    const parked = await parkedRefund()
    const ref = await one(`SELECT gateway_ref FROM payment WHERE id = $1`, uuid(parked.payment))
    const bankRef = (await product.bank.refund({
      key: parked.refund,
      ref: ref.gateway_ref,
      amountMinor: 900n,
      currency: 'EUR',
    })) as string
    const { id } = await propose(parked.payment, 'refunded', { kind: 'refund', bankRef })
    expect((await confirm(id)).kind).toBeNull()
    expect((await again(parked)).body).toMatchObject({ status: 'succeeded', amount: 900 })
    expect(await offenders()).toEqual([])
  })

  test('was not made: the amount can be refunded again; a movement that says otherwise is a difference', async () => {
    const parked = await parkedRefund()
    const { id } = await propose(parked.payment, 'not-refunded', { kind: 'refund' })
    expect((await confirm(id)).kind).toBeNull()
    expect((await again(parked)).body).toMatchObject({
      kind: 'refund-declined',
      detail: expect.stringMatching(/was not made/),
    })
    expect(await one(`SELECT refunded_amount FROM payment WHERE id = $1`, uuid(parked.payment))).toEqual({
      refunded_amount: '0',
    })
    expect(await offenders()).toEqual([])
    const { gateway_ref: ref } = await one(
      `SELECT gateway_ref FROM payment WHERE id = $1`,
      uuid(parked.payment),
    )
    await product.bank.refund({ key: parked.refund, ref, amountMinor: 900n, currency: 'EUR' })
    await product.deps.reconcileMovements()
    expect(
      await one(`SELECT state, rule FROM bank_movement WHERE charge_ref = $1 AND kind = 'refund'`, ref),
    ).toEqual({ state: 'difference', rule: 'a refund that two admins declared as not made' })
    expect((await offenders()).map(({ id }) => id)).toContain('bank-refund-was-asked-for')
  })
})

test('a statement that was misread is found: a charge that the bank never made', async () => {
  const parked = await parkedPayment(false)
  const { id } = await propose(parked.id, 'charged', { bankRef: `ch_misread_${uuidv7()}` })
  expect((await confirm(id)).kind).toBeNull()
  expect(await statusOf(parked.id)).toBe('succeeded')
  expect((await offenders()).map(({ id }) => id)).toContain('declared-charge-is-at-the-bank')
})

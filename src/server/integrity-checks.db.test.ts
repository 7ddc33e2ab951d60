import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { EVERY_PART, invariants } from '@/platform/integrity'
import { checkChanges, checkWhole, nextWholeCheck, requestWholeCheck } from '@/platform/integrity-checks'
import { readVerdict } from '@/platform/integrity-verdict'
import { openTestProduct, type TestProduct } from './testing/product'

/** A payment with a refund, made by the product; the ids are those of the rows. */
interface Family {
  payment: string
  order: string
  refund: string
  posting: string
}

/**
 * For each invariant that changes are checked against, SQL that breaks it, for a row that is new or (`xid`, `at`) as old as the others of its
 * family. `any age`: in a table without an index by age, which is small, so changes of old rows are seen as well.
 */
const BREAKS: Record<string, ((family: Family, xid: string, at: string) => string) | 'any age'> = {
  'answer-agrees-with-payment': ({ payment }) =>
    `UPDATE idempotency_record SET problem = 'not-charged' WHERE subject_id = '${payment}'`,
  'answer-agrees-with-refund': ({ refund }) =>
    `UPDATE idempotency_record SET problem = 'refund-declined' WHERE subject_id = '${refund}'`,
  'bank-refund-was-asked-for': 'any age',
  'charge-has-its-payment': (_, __, at) =>
    `INSERT INTO gateway_simulator.charge VALUES ('ch_' || gen_random_uuid(), 'nobody' || gen_random_uuid(), 5, 'EUR', 0, ${at})`,
  'currency-is-known': ({ order }) => `UPDATE orders SET currency = 'ZZZ' WHERE id = '${order}'`,
  'no-card-number': ({ order }) =>
    `UPDATE order_item SET name = 'Card 4242424242424242' WHERE order_id = '${order}'`,
  'nothing-is-stuck': ({ payment }) =>
    `UPDATE idempotency_record SET state = 'sending', lease_until = lease_until - interval '3 minutes' WHERE subject_id = '${payment}'`,
  'one-charge-per-key': ({ payment }, _, at) =>
    `INSERT INTO gateway_simulator.charge SELECT 'ch_' || gen_random_uuid(), gateway_key, amount, currency, 0, ${at} FROM payment, generate_series(1, 2) WHERE id = '${payment}'`,
  'one-live-payment-per-order': ({ payment }) =>
    `INSERT INTO payment (merchant_id, id, order_id, record_id, status, amount, currency, method, gateway_key, receipt_token, created_at)
     SELECT merchant_id, gen_random_uuid(), order_id, record_id, 'unknown', amount, currency, method, gen_random_uuid(), gen_random_uuid(), created_at FROM payment WHERE id = '${payment}'`,
  'order-agrees-with-payment': ({ order }) => `UPDATE orders SET status = 'open' WHERE id = '${order}'`,
  'order-is-the-sum-of-its-items': ({ order }) =>
    `UPDATE order_item SET quantity = quantity + 1 WHERE order_id = '${order}'`,
  'payment-has-its-charge': ({ payment }) =>
    `UPDATE payment SET gateway_ref = 'ch_' || id WHERE id = '${payment}'`,
  'payment-has-its-record': ({ payment }) => `DELETE FROM idempotency_record WHERE subject_id = '${payment}'`,
  'refund-is-posted': ({ refund }) =>
    `DELETE FROM entry WHERE transaction_id = (SELECT transaction_id FROM refund WHERE id = '${refund}')`,
  'refund-request-is-decided-by-another': 'any age',
  'refund-was-given-back': ({ refund }) => `UPDATE refund SET gateway_ref = id WHERE id = '${refund}'`,
  'refunds-are-within-their-payment': ({ payment }) =>
    `UPDATE payment SET refunded_amount = refunded_amount + 1 WHERE id = '${payment}'`,
  'settled-payment-was-told': ({ payment }) => `DELETE FROM outbox_event WHERE subject_id = '${payment}'`,
  'surplus-charge-is-posted': 'any age',
  'surplus-charge-was-given-back': 'any age',
  'capture-has-a-succeeded-payment': ({ payment }) =>
    `UPDATE payment SET status = 'declined' WHERE id = '${payment}'`,
  'capture-has-the-payment-amount': ({ payment }) =>
    `UPDATE payment SET amount = amount + 1 WHERE id = '${payment}'`,
  'entry-has-its-account': ({ posting }) =>
    `UPDATE entry SET account_id = gen_random_uuid() WHERE transaction_id = '${posting}'`,
  'entry-is-not-zero': ({ posting }) => `UPDATE entry SET amount = 0 WHERE transaction_id = '${posting}'`,
  'reversal-mirrors': ({ posting }, xid) =>
    `WITH made AS (INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, reverses, description, xid)
       SELECT merchant_id, gen_random_uuid(), 'reversal', payment_id, id, 'x', ${xid} FROM ledger_transaction WHERE id = '${posting}' RETURNING *)
     INSERT INTO entry SELECT e.merchant_id, made.id, e.position, e.account_id, e.currency, e.amount FROM entry e, made WHERE e.transaction_id = '${posting}'`,
  'reversal-names-its-transaction': ({ posting }) =>
    `UPDATE ledger_transaction SET kind = 'reversal' WHERE id = '${posting}'`,
  'succeeded-payment-has-one-capture': ({ posting }) =>
    `DELETE FROM ledger_transaction WHERE id = '${posting}'`,
  'transaction-balances': ({ posting }) =>
    `UPDATE entry SET amount = amount + 7 WHERE transaction_id = '${posting}' AND position = 1`,
  'transaction-has-two-entries': ({ posting }) => `DELETE FROM entry WHERE transaction_id = '${posting}'`,
}
const ANY_AGE: Record<string, (family: Family) => string> = {
  'bank-refund-was-asked-for': ({ payment }) =>
    `INSERT INTO gateway_simulator.refund (id, idempotency_key, charge_id, amount, currency) SELECT gen_random_uuid(), gen_random_uuid(), gateway_ref, 1, currency FROM payment WHERE id = '${payment}'`,
  'refund-request-is-decided-by-another': ({ payment }) =>
    `INSERT INTO refund_request (merchant_id, id, payment_id, amount, currency, reason, status, actor, decided_actor, decided_at)
     SELECT merchant_id, gen_random_uuid(), id, 1, currency, 'x', 'approved', 'operator:a', 'operator:b', now() FROM payment WHERE id = '${payment}'`,
  'surplus-charge-is-posted': ({ payment, posting }) =>
    `INSERT INTO surplus_charge (merchant_id, gateway_ref, payment_id, transaction_id, amount, currency)
     SELECT merchant_id, gen_random_uuid(), id, '${posting}', amount, currency FROM payment WHERE id = '${payment}'`,
  'surplus-charge-was-given-back': ({ payment, posting }) =>
    `INSERT INTO surplus_charge (merchant_id, gateway_ref, payment_id, transaction_id, amount, currency, status, settled_at)
     SELECT merchant_id, gen_random_uuid(), id, '${posting}', amount, currency, 'refunded', now() FROM payment WHERE id = '${payment}'`,
}
const breakOf = (invariant: string, family: Family, xid: string, at: string): string => {
  const make = BREAKS[invariant]
  return typeof make === 'function' ? make(family, xid, at) : (ANY_AGE[invariant]?.(family) ?? '')
}
const NEW = ['pg_current_xact_id()::text::bigint', 'now()'] as const
/** Families that no test breaks. */
const SOUND = 3
const OLD = ['3', `now() - interval '1 hour'`] as const

let product: TestProduct
let owner: pg.Client
/** An old one for each invariant, and some that stay as they are. */
let families: Family[]

async function breakEach(of: Family[], xid: string, at: string): Promise<void> {
  for (const [place, invariant] of Object.keys(BREAKS).entries())
    await owner.query(breakOf(invariant, of[place] as Family, xid, at))
}

beforeAll(async () => {
  product = await openTestProduct()
  owner = new pg.Client({ connectionString: await urlOfOwner() })
  await owner.connect()
  await everythingChecked()
  await changesChecked()
  families = []
  for (let count = 0; count < Object.keys(BREAKS).length + SOUND; count++) families.push(await newFamily())
})
afterAll(async () => {
  await owner.end()
  await product.close()
})

async function urlOfOwner(): Promise<string> {
  const { options } = product.owner as unknown as { options: { connectionString: string } }
  return options.connectionString
}

async function newFamily(): Promise<Family> {
  const key = () => ({ 'idempotency-key': uuidv7() })
  const payment = await product.api(
    'POST',
    '/api/v1/payments',
    { amount: 2_400, currency: 'EUR', paymentMethod: 'pm_card_visa' },
    key(),
  )
  expect(payment.status).toBe(201)
  const refund = await product.api(
    'POST',
    `/api/v1/payments/${payment.body.id}/refunds`,
    { amount: 400 },
    key(),
  )
  expect(refund.status).toBe(201)
  const { rows } = await product.owner.query(
    `SELECT p.id AS payment, p.order_id AS order, r.id AS refund, t.id AS posting FROM payment p JOIN refund r ON r.payment_id = p.id
     JOIN ledger_transaction t ON t.payment_id = p.id AND t.kind = 'capture' ORDER BY p.created_at DESC, p.id DESC LIMIT 1`,
  )
  return rows[0]
}

/** Checks changes until everything that is committed now is checked: other databases of the server may hold that back for a while. */
async function changesChecked(): Promise<void> {
  const { rows } = await product.owner.query('SELECT pg_current_xact_id()::text::bigint AS xid')
  await vi.waitFor(async () => {
    await checkChanges(product.deps.db, 5_000)
    const { rows: at } = await product.owner.query('SELECT xid FROM integrity_checkpoint')
    expect(BigInt(at[0]?.xid ?? 0)).toBeGreaterThan(BigInt(rows[0].xid))
  }, 50_000)
}

async function everythingChecked(): Promise<void> {
  await requestWholeCheck(product.deps.db)
  for (
    let due = await nextWholeCheck(product.deps.db);
    due !== null;
    due = await nextWholeCheck(product.deps.db)
  )
    await checkWhole(product.deps.db, due)
}

/** Invariants with a violation, of the product's merchant or of nobody. */
const found = async (by = `'changes', 'whole'`): Promise<string[]> =>
  (
    await product.owner.query(
      `SELECT DISTINCT invariant FROM integrity_violation WHERE found_by IN (${by}) ORDER BY 1`,
    )
  ).rows.map(({ invariant }) => invariant)

const verdict = () => readVerdict(product.deps.db, EVERY_PART, product.merchantId)
const doubts = async () => [...new Set((await verdict()).judged.map(({ doubt }) => doubt))]

describe('each invariant', () => {
  it('is checked against changes, or says why only every row will do', async () => {
    const { rows } = await product.owner.query('SELECT invariant, because FROM integrity_whole_only')
    const all = (await invariants(product.deps.db, EVERY_PART)).map(({ id }) => id)
    expect([...Object.keys(BREAKS), ...rows.map(({ invariant }) => invariant)].sort()).toEqual(all.sort())
    for (const { because } of rows) expect(because).toMatch(/^[a-z].{20,}/)
  })

  it('holds for what the product writes, checked as changes and as every row', async () => {
    await changesChecked()
    expect(await found()).toEqual([])
    const { rows } = await product.owner.query(
      'SELECT invariant, changes_error, whole_error FROM integrity_verdict WHERE changes_error IS NOT NULL OR whole_error IS NOT NULL',
    )
    expect(rows).toEqual([])
    await everythingChecked()
    expect(await found()).toEqual([])
    expect(await doubts()).toEqual([null])
    expect((await verdict()).rows).toBeGreaterThan(families.length * 5)
  })

  it('broken in a new row, is found by the next check of changes', async () => {
    const fresh: Family[] = []
    for (const _ of Object.keys(BREAKS)) fresh.push(await newFamily())
    // What indexes, checks and triggers refuse is what the invariants must see.
    await owner.query(`
      SET session_replication_role = replica;
      DROP INDEX payment_one_live_per_order; ALTER TABLE entry DROP CONSTRAINT entry_amount`)
    await breakEach(fresh, ...NEW)
    await changesChecked()
    expect(await found(`'changes'`)).toEqual(Object.keys(BREAKS).sort())
    const seen = (await verdict()).judged.flatMap(({ violations }) => violations)
    expect(new Set(seen.map(({ foundBy }) => foundBy))).toEqual(new Set(['changes']))
  })

  it('broken in an old row, past the product, is found by the check of every row alone, which says so', async () => {
    await owner.query('DELETE FROM integrity_violation')
    await owner.query(`
      UPDATE payment SET created_at = created_at - interval '1 hour'; UPDATE orders SET created_at = created_at - interval '1 hour';
      UPDATE refund SET created_at = created_at - interval '1 hour'; UPDATE gateway_simulator.charge SET created_at = created_at - interval '1 hour';
      UPDATE idempotency_record SET lease_until = lease_until - interval '1 hour'`)
    await changesChecked()
    expect(await found()).toEqual([])
    await breakEach(families, ...OLD)
    await changesChecked()
    expect(await found()).toEqual(Object.keys(ANY_AGE).sort())
    await everythingChecked()
    const { rows } = await owner.query(
      `SELECT invariant FROM integrity_violation WHERE found_by = 'whole' GROUP BY invariant HAVING count(DISTINCT subject) >= 2 ORDER BY 1`,
    )
    expect(rows.map(({ invariant }) => invariant)).toEqual(
      expect.arrayContaining(Object.keys(BREAKS).filter((id) => !(id in ANY_AGE))),
    )
  })
})

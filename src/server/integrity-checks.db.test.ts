import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { EVERY_PART, invariants } from '@/platform/integrity'
import { checkChanges, checkWhole, nextWholeCheck } from '@/platform/integrity-checks'
import { readVerdict, requestWholeCheck } from '@/platform/integrity-verdict'
import { WholeChecks } from './jobs/whole-checks'
import { everythingChecked as checked } from './testing/checks'
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
  'authorisation-agrees-with-payment': ({ payment }) =>
    `INSERT INTO authorisation (merchant_id, payment_id, gateway_ref, capture_before) SELECT merchant_id, id, gateway_ref, now() FROM payment WHERE id = '${payment}'`,
  'pending-posting-agrees-with-payment': ({ payment }) =>
    `INSERT INTO pending_posting (merchant_id, payment_id, debit_account_id, credit_account_id, currency, amount) SELECT merchant_id, id, gen_random_uuid(), gen_random_uuid(), currency, amount FROM payment WHERE id = '${payment}'`,
  'authorisation-end-agrees-with-payment': ({ payment }) =>
    `INSERT INTO authorisation_end (merchant_id, id, payment_id, record_id, kind, status) SELECT merchant_id, id, id, record_id, 'void', 'released' FROM payment WHERE id = '${payment}'`,
  'order-agrees-with-payment': ({ order }) => `UPDATE orders SET status = 'open' WHERE id = '${order}'`,
  'order-is-the-sum-of-its-items': ({ order }) =>
    `UPDATE order_item SET quantity = quantity + 1 WHERE order_id = '${order}'`,
  'payment-is-of-its-order': ({ order }) => `UPDATE orders SET version = version + 1 WHERE id = '${order}'`,
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
  'returned-refund-is-reversed': ({ refund }) =>
    `UPDATE refund SET returned_at = now(), return_transaction_id = gen_random_uuid() WHERE id = '${refund}'`,
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
  owner = new pg.Client({ connectionString: urlOfOwner() })
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

function urlOfOwner(): string {
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

const everythingChecked = () => checked(product.deps.db)

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
      DO $$ DECLARE c record; BEGIN
        FOR c IN SELECT conrelid::regclass AS of, conname FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace AND NOT conname LIKE 'integrity%'
        LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.of, c.conname); END LOOP;
      END $$`)
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
      `SELECT invariant FROM integrity_violation WHERE found_by = 'whole' GROUP BY invariant HAVING count(DISTINCT subject) >= 2 OR max(detail) = '2 × reversal' ORDER BY 1`,
    )
    expect(rows.map(({ invariant }) => invariant)).toEqual(
      expect.arrayContaining(Object.keys(BREAKS).filter((id) => !(id in ANY_AGE))),
    )
  })
})

describe('the check of changes', () => {
  const WRONG_ORDER = 'order-is-the-sum-of-its-items'
  const brokenOrders = async () =>
    (
      await owner.query(
        `SELECT subject FROM integrity_violation WHERE invariant = '${WRONG_ORDER}' ORDER BY 1`,
      )
    ).rows.map(({ subject }) => subject)
  const session = async () => {
    const client = new pg.Client({ connectionString: urlOfOwner() })
    client.on('error', () => undefined)
    await client.connect()
    return client
  }
  /** An order that costs something and has no items. */
  const wrongOrder = async (client: pg.Client, id: string) => {
    await client.query(
      `INSERT INTO orders (merchant_id, id, currency, amount) VALUES ('${product.merchantId}', '${id}', 'EUR', 5)`,
    )
    return `orders ${id}`
  }
  beforeEach(async () => {
    await changesChecked()
    await owner.query('DELETE FROM integrity_violation')
  })

  it('passes over nothing that was still open when what came later was checked', async () => {
    const late = await session()
    await late.query('BEGIN')
    const subject = await wrongOrder(late, uuidv7())
    const other = await wrongOrder(owner, uuidv7())
    for (let turn = 0; turn < 5; turn++) await checkChanges(product.deps.db, 5_000)
    expect(await brokenOrders()).not.toContain(subject)
    await late.query('COMMIT')
    await late.end()
    await changesChecked()
    expect(await brokenOrders()).toEqual([subject, other].sort())
  })

  it('keeps a broken row as broken until that row is found right, whoever repaired it', async () => {
    const id = uuidv7()
    const subject = await wrongOrder(owner, id)
    await changesChecked()
    await changesChecked()
    expect(await brokenOrders()).toEqual([subject])
    await owner.query(`INSERT INTO order_item VALUES ('${product.merchantId}', '${id}', 1, 'Tea', 1, 5)`)
    expect(await brokenOrders()).toEqual([subject])
    await changesChecked()
    expect(await brokenOrders()).toEqual([])
  })

  it('of more broken rows than it keeps, it says how many more', async () => {
    await owner.query(
      `INSERT INTO orders (merchant_id, id, currency, amount) SELECT '${product.merchantId}', gen_random_uuid(), 'EUR', 5 FROM generate_series(1, 130)`,
    )
    await changesChecked()
    expect(await brokenOrders()).toHaveLength(101)
    expect(await brokenOrders()).toContain('rows')
    await owner.query(`DELETE FROM orders WHERE amount = 5`)
    await changesChecked()
    expect(await brokenOrders()).toContain('rows')
    await everythingChecked()
    expect(await brokenOrders()).not.toContain('rows')
  })

  it('makes every row due where one transaction wrote more than a turn can check', async () => {
    await everythingChecked()
    await owner.query(
      `INSERT INTO orders (merchant_id, id, currency, amount) SELECT '${product.merchantId}', gen_random_uuid(), 'EUR', 5 FROM generate_series(1, 20001)`,
    )
    await changesChecked()
    expect(await doubts()).toEqual(['never'])
    await owner.query(`DELETE FROM orders WHERE amount = 5`)
    await everythingChecked()
    expect(await doubts()).toEqual([null])
  })

  it('by two workers at once finds each row once', async () => {
    const subject = await wrongOrder(owner, uuidv7())
    await Promise.all(Array.from({ length: 4 }, () => checkChanges(product.deps.db, 5_000)))
    await Promise.all([changesChecked(), changesChecked(), changesChecked()])
    expect(await brokenOrders()).toEqual([subject])
  })

  it('killed in the middle, is as if it had not begun', async () => {
    const subject = await wrongOrder(owner, uuidv7())
    const killed = await session()
    await killed.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
    await killed.query('SELECT check_changes(5000)')
    const { rows } = await killed.query('SELECT pg_backend_pid() AS pid')
    await owner.query('SELECT pg_terminate_backend($1, 5000)', [rows[0].pid])
    expect(await brokenOrders()).toEqual([])
    await changesChecked()
    expect(await brokenOrders()).toEqual([subject])
  })

  it('that begins anew, as on a restored database, says that every row must be checked', async () => {
    await everythingChecked()
    await owner.query('UPDATE integrity_checkpoint SET written_by = 7')
    expect(await doubts()).toEqual(['stopped', null])
    await checkChanges(product.deps.db, 5_000)
    expect(await doubts()).toEqual(['never'])
    await everythingChecked()
    expect(await doubts()).toEqual([null])
  })

  it('cannot be run on more than one snapshot', async () => {
    await expect(owner.query('SELECT check_changes(1)')).rejects.toThrow('one snapshot')
  })
})

describe('the verdict', () => {
  const touched = (set: string) =>
    owner.query(`UPDATE integrity_checkpoint SET ${set}, written_by = pg_current_xact_id()::text::bigint`)
  beforeAll(everythingChecked)

  it.each([
    ['a worker that died', `finished_at = now() - interval '3 minutes'`, 'stopped'],
    ['a worker that is far behind', `finished_at = now(), at = now() - interval '11 minutes'`, 'behind'],
  ])('of %s says so, and holds for nothing but what every row told', async (_, set, doubt) => {
    await touched(set)
    const { judged } = await verdict()
    for (const one of judged)
      expect([one.id, one.doubt]).toEqual([one.id, one.wholeOnly === null ? doubt : null])
    await touched('finished_at = now(), at = now()')
    expect(await doubts()).toEqual([null])
  })

  it.each([
    ['was too long ago', `whole_started_at = now() - interval '27 hours'`, 'old'],
    ['never came to its end', 'whole_checked_at = NULL', 'never'],
  ])('of an invariant whose check of every row %s says so', async (_, set, doubt) => {
    await owner.query(`UPDATE integrity_verdict SET ${set} WHERE invariant = 'transaction-balances'`)
    const found = (await verdict()).judged.filter((one) => one.doubt !== null)
    expect(found.map((one) => [one.id, one.doubt])).toEqual([['transaction-balances', doubt]])
    expect(await nextWholeCheck(product.deps.db)).toBeNull()
    await owner.query(
      `UPDATE integrity_verdict SET tried_at = tried_at - interval '11 minutes' WHERE invariant = 'transaction-balances'`,
    )
    expect(await nextWholeCheck(product.deps.db)).toBe('transaction-balances')
    await checkWhole(product.deps.db, 'transaction-balances')
    expect(await doubts()).toEqual([null])
  })

  it('of a view that cannot be evaluated says so, by either check, and of the others as before', async () => {
    await owner.query(`CREATE VIEW integrity_across.always_fails AS
      SELECT id AS merchant_id, 'x' AS subject, (1 / (length(name) - length(name)))::text AS detail FROM merchant`)
    const doubtful = async () =>
      (await verdict()).judged.flatMap(({ id, doubt }) => (doubt === null ? [] : [[id, doubt]]))
    try {
      expect(await doubtful()).toEqual([['always-fails', 'never']])
      await owner.query(
        `UPDATE orders SET updated_at = now(), created_at = now() WHERE id = '${families[0]?.order}'`,
      )
      await changesChecked()
      expect(await doubtful()).toEqual([['always-fails', 'failed']])
      await everythingChecked()
      expect(await doubtful()).toEqual([['always-fails', 'failed']])
      const replaced = `CREATE OR REPLACE VIEW integrity_across.always_fails AS SELECT id AS merchant_id, 'x' AS subject, 'y' AS detail FROM merchant WHERE false`
      await owner.query(replaced)
      await everythingChecked()
      expect(await doubtful()).toEqual([])
    } finally {
      await owner.query('DROP VIEW integrity_across.always_fails')
    }
  })

  it('shows how far a check of everything is that somebody asked for, and two ask for one', async () => {
    await requestWholeCheck(product.deps.db)
    const first = (await verdict()).asked
    expect(first).toEqual({ done: 0, all: (await invariants(product.deps.db, EVERY_PART)).length })
    await checkWhole(product.deps.db, (await nextWholeCheck(product.deps.db)) as string)
    await requestWholeCheck(product.deps.db)
    expect((await verdict()).asked).toEqual({ ...first, done: 1 })
    await everythingChecked()
    expect((await verdict()).asked).toBeNull()
  })

  it('tells no merchant what is broken of another', async () => {
    const { merchantId } = await product.otherMerchant()
    const theirs = await readVerdict(product.deps.db, EVERY_PART, merchantId)
    expect(theirs.judged.flatMap(({ violations }) => violations)).toEqual([])
    expect((await verdict()).judged.flatMap(({ violations }) => violations)).not.toEqual([])
    expect(theirs.rows).toBe(0)
  })
})

describe('the worker', () => {
  it('checks every row on a connection of its own, once however often it is told, and ends at once when it must stop', async () => {
    await owner.query(`CREATE VIEW integrity_across.takes_long AS
      SELECT NULL::uuid AS merchant_id, 'x' AS subject, 'y' AS detail FROM pg_sleep(300) AS s WHERE s IS NULL`)
    try {
      const whole = new WholeChecks(product.deps.db, product.deps.env.DATABASE_URL)
      const stopping = new AbortController()
      const running = whole.run(stopping.signal)
      await vi.waitFor(async () => {
        const { rows } = await owner.query(
          `SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'payonce-checks' AND wait_event = 'PgSleep'`,
        )
        expect(rows).toHaveLength(1)
      }, 30_000)
      expect(await whole.run(stopping.signal)).toBe(0)
      stopping.abort()
      await running
      const found = (await verdict()).judged.find(({ id }) => id === 'takes-long')
      expect(found?.doubt).toBe('never')
    } finally {
      await owner.query('DROP VIEW integrity_across.takes_long')
    }
  })
})

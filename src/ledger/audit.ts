import { type Db, type Sql, sql } from '@/platform/db'

/** A row that breaks an invariant: whose it is, which row, and what is wrong with it. */
export interface Offender {
  merchantId: string
  subject: string
  detail: string
}

/**
 * What must be true of the ledger at every instant. Each query returns the rows that break it, none when all is well.
 * The dashboard and `npm run verify` run these same values, so they cannot disagree.
 */
export const LEDGER_INVARIANTS: readonly { id: string; says: string; query: Sql }[] = [
  {
    id: 'transaction-balances',
    says: 'In each transaction, debits equal credits in each currency',
    query: sql`
      SELECT merchant_id AS "merchantId", transaction_id::text AS subject, 'off by ' || sum(amount) || ' ' || currency AS detail
      FROM entry GROUP BY merchant_id, transaction_id, currency HAVING sum(amount) <> 0`,
  },
  {
    id: 'transaction-has-two-entries',
    says: 'Each transaction has at least two entries',
    query: sql`
      SELECT t.merchant_id AS "merchantId", t.id::text AS subject, count(e.position) || ' entries' AS detail
      FROM ledger_transaction t LEFT JOIN entry e ON (e.merchant_id, e.transaction_id) = (t.merchant_id, t.id)
      GROUP BY t.merchant_id, t.id HAVING count(e.position) < 2`,
  },
  {
    id: 'entry-is-not-zero',
    says: 'No entry is zero',
    query: sql`
      SELECT merchant_id AS "merchantId", transaction_id::text AS subject, 'entry ' || position || ' is zero' AS detail
      FROM entry WHERE amount = 0`,
  },
  {
    id: 'entry-has-its-account',
    says: 'Each entry belongs to an account and a transaction of the same merchant, in the account’s currency',
    query: sql`
      SELECT e.merchant_id AS "merchantId", e.transaction_id::text AS subject, 'entry ' || e.position || ' belongs nowhere' AS detail
      FROM entry e
      LEFT JOIN account a ON (a.merchant_id, a.id, a.currency) = (e.merchant_id, e.account_id, e.currency)
      LEFT JOIN ledger_transaction t ON (t.merchant_id, t.id) = (e.merchant_id, e.transaction_id)
      WHERE a.id IS NULL OR t.id IS NULL`,
  },
  {
    id: 'currency-sums-to-zero',
    says: 'Over all accounts of a merchant, each currency sums to zero',
    query: sql`
      SELECT merchant_id AS "merchantId", currency::text AS subject, 'off by ' || sum(amount) AS detail
      FROM entry GROUP BY merchant_id, currency HAVING sum(amount) <> 0`,
  },
  {
    id: 'succeeded-payment-has-one-capture',
    says: 'Each succeeded payment has exactly one capture',
    query: sql`
      SELECT p.merchant_id AS "merchantId", p.id::text AS subject, count(t.id) || ' captures' AS detail
      FROM payment p LEFT JOIN ledger_transaction t ON (t.merchant_id, t.payment_id, t.kind) = (p.merchant_id, p.id, 'capture')
      WHERE p.status = 'succeeded' GROUP BY p.merchant_id, p.id HAVING count(t.id) <> 1`,
  },
  {
    id: 'capture-has-the-payment-amount',
    says: 'Each capture is of its payment’s amount, in its currency',
    query: sql`
      SELECT p.merchant_id AS "merchantId", p.id::text AS subject,
        'paid ' || p.amount || ' ' || p.currency || ', posted ' || coalesce(sum(e.amount) FILTER (WHERE e.amount > 0 AND e.currency = p.currency), 0) AS detail
      FROM payment p
      JOIN ledger_transaction t ON (t.merchant_id, t.payment_id, t.kind) = (p.merchant_id, p.id, 'capture')
      LEFT JOIN entry e ON (e.merchant_id, e.transaction_id) = (t.merchant_id, t.id)
      GROUP BY p.merchant_id, p.id, t.id
      HAVING sum(e.amount) FILTER (WHERE e.amount > 0 AND e.currency = p.currency) IS DISTINCT FROM p.amount
        OR count(*) FILTER (WHERE e.currency <> p.currency) > 0`,
  },
  {
    id: 'capture-has-a-succeeded-payment',
    says: 'No capture without a succeeded payment',
    query: sql`
      SELECT t.merchant_id AS "merchantId", t.id::text AS subject, 'its payment is ' || coalesce(p.status, 'missing') AS detail
      FROM ledger_transaction t LEFT JOIN payment p ON (p.merchant_id, p.id) = (t.merchant_id, t.payment_id)
      WHERE t.kind = 'capture' AND p.status IS DISTINCT FROM 'succeeded'`,
  },
  {
    id: 'reversal-mirrors',
    says: 'Each reversal is the exact mirror of the one transaction it reverses',
    query: sql`
      SELECT r.merchant_id AS "merchantId", r.id::text AS subject, 'account ' || e.account_id || ' is off by ' || sum(e.amount) AS detail
      FROM ledger_transaction r JOIN entry e ON e.merchant_id = r.merchant_id AND e.transaction_id IN (r.id, r.reverses)
      WHERE r.reverses IS NOT NULL GROUP BY r.merchant_id, r.id, e.account_id HAVING sum(e.amount) <> 0`,
  },
  {
    id: 'reversal-names-its-transaction',
    says: 'A reversal names what it reverses, nothing else does, and nothing is reversed twice',
    query: sql`
      SELECT merchant_id AS "merchantId", min(id::text) AS subject, count(*) || ' × ' || kind AS detail
      FROM ledger_transaction WHERE (kind = 'reversal') <> (reverses IS NOT NULL) OR reverses IS NOT NULL
      GROUP BY merchant_id, kind, reverses HAVING count(*) > 1 OR (kind = 'reversal') <> (reverses IS NOT NULL)`,
  },
]

export interface CurrencyTotal {
  currency: string
  debits: bigint
  credits: bigint
}

export interface LedgerCheck {
  checkedAt: Date
  entries: number
  totals: CurrencyTotal[]
  broken: { id: string; says: string; offenders: Offender[] }[]
}

/** Runs one invariant, for one merchant or for all. At most `limit` offenders: the first ones tell enough. */
export function offenders(db: Db, query: Sql, merchantId: string | null = null, limit = 20): Promise<Offender[]> {
  return db.$queryRaw<Offender[]>(
    sql`SELECT * FROM (${query}) broken WHERE ${merchantId}::uuid IS NULL OR "merchantId" = ${merchantId}::uuid LIMIT ${limit}`,
  )
}

/** The merchant's whole ledger, checked now: debits and credits per currency, and every invariant. */
export async function checkLedger(db: Db, merchantId: string): Promise<LedgerCheck> {
  const rows = await db.$queryRaw<(CurrencyTotal & { entries: number; checkedAt: Date })[]>(sql`
    SELECT currency, count(*)::int AS entries, now() AS "checkedAt",
      coalesce(sum(amount) FILTER (WHERE amount > 0), 0)::bigint AS debits,
      coalesce(-sum(amount) FILTER (WHERE amount < 0), 0)::bigint AS credits
    FROM entry WHERE merchant_id = ${merchantId}::uuid GROUP BY currency ORDER BY currency`)
  const broken: LedgerCheck['broken'] = []
  for (const { id, says, query } of LEDGER_INVARIANTS) {
    const found = await offenders(db, query, merchantId)
    if (found.length > 0) broken.push({ id, says, offenders: found })
  }
  return {
    checkedAt: rows[0]?.checkedAt ?? (await databaseTime(db)),
    entries: rows.reduce((sum, row) => sum + row.entries, 0),
    totals: rows.map(({ currency, debits, credits }) => ({ currency, debits, credits })),
    broken,
  }
}

async function databaseTime(db: Db): Promise<Date> {
  const [row] = await db.$queryRaw<{ now: Date }[]>(sql`SELECT now()`)
  return row?.now ?? new Date(0)
}

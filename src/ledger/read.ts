import { z } from 'zod'
import { type Db, firstRow, joinSql, rows, type Sql, sql } from '@/platform/db'
import { pendingUpTo } from './pending'

const accountRow = z.strictObject({
  id: z.string(),
  code: z.string(),
  name: z.string(),
  type: z.string(),
  currency: z.string(),
  /** A sum is read as text: a sum of BIGINTs may exceed a BIGINT, and a cast would fail the whole query. */
  debits: z.string(),
  credits: z.string(),
  balance: z.string(),
  pending: z.string(),
  entries: z.int(),
  lastEntryAt: z.date().nullable(),
})
/**
 * Amounts in minor units. Debits and credits are both positive; `balance` is debits − credits, so a credit balance is negative. `pending` has the
 * same sign, and is no part of them: what the bank has reserved and was not captured yet.
 */
export interface AccountBalance
  extends Omit<z.infer<typeof accountRow>, 'debits' | 'credits' | 'balance' | 'pending'> {
  debits: bigint
  credits: bigint
  balance: bigint
  pending: bigint
}

const statementRow = z.strictObject({
  transactionId: z.string(),
  position: z.int(),
  /** In minor units: a debit is positive, a credit negative. */
  amount: z.bigint(),
  /** The account's balance after this line: a sum, as text. */
  balance: z.string(),
  postedAt: z.date(),
  kind: z.string(),
  description: z.string(),
  paymentId: z.string().nullable(),
})
export type StatementLine = Omit<z.infer<typeof statementRow>, 'balance'> & { balance: bigint }

const journalEntry = {
  position: z.int(),
  accountId: z.string(),
  code: z.string(),
  name: z.string(),
  type: z.string(),
  currency: z.string(),
  /** In minor units: a debit is positive, a credit negative. */
  amount: z.bigint(),
}
export type JournalEntry = z.infer<z.ZodObject<typeof journalEntry>>

const transactionFacts = {
  id: z.string(),
  kind: z.string(),
  description: z.string(),
  paymentId: z.string().nullable(),
  reverses: z.string().nullable(),
  reversedBy: z.string().nullable(),
  postedAt: z.date(),
}
export type JournalTransaction = z.infer<z.ZodObject<typeof transactionFacts>> & { entries: JournalEntry[] }

/** Accounts of a merchant, each with the sum of its entries; with `asOf` (RFC 3339), up to and including that instant. */
export async function accounts(
  db: Db,
  merchantId: string,
  asOf: string | null = null,
): Promise<AccountBalance[]> {
  return (await rows(db, accountRow, balances(merchantId, null, asOf))).map(exact)
}

export async function account(
  db: Db,
  merchantId: string,
  accountId: string,
  asOf: string | null = null,
): Promise<AccountBalance | null> {
  const row = await firstRow(db, accountRow, balances(merchantId, accountId, asOf))
  return row && exact(row)
}

function exact(row: z.infer<typeof accountRow>): AccountBalance {
  const { debits, credits, balance, pending } = row
  return {
    ...row,
    debits: BigInt(debits),
    credits: BigInt(credits),
    balance: BigInt(balance),
    pending: BigInt(pending),
  }
}

/**
 * An account's lines, newest first, each with the balance after it. Keyset: `after` is the last line of the page before.
 * Lines stand in the order of their transactions' ids (UUIDv7: the order in which they were made), which is total and has an index.
 * @param page.asOf only lines up to this instant; `page.before`: without those of the instant itself
 * @param page.from only lines since this instant
 */
export async function statement(
  db: Db,
  merchantId: string,
  page: {
    accountId: string
    asOf?: string | null
    before?: boolean
    from?: string | null
    after?: { transactionId: string; position: number } | null
    limit: number
  },
): Promise<StatementLine[]> {
  const { asOf = null, before = false, from = null, after = null } = page
  // Of an instant in the past: from the greatest id of a transaction until then on, not past all lines since.
  const until =
    asOf === null
      ? sql``
      : sql`AND t.posted_at ${before ? sql`<` : sql`<=`} ${asOf}::timestamptz AND e.transaction_id <= (SELECT last_id FROM sums)`
  const lines = sql`
    FROM entry e JOIN ledger_transaction t ON (t.merchant_id, t.id) = (e.merchant_id, e.transaction_id)
    WHERE e.merchant_id = ${merchantId}::uuid AND e.account_id = ${page.accountId}::uuid ${until}`
  const place = sql`(${after?.transactionId ?? null}::uuid, ${after?.position ?? null}::smallint)`
  const since = from === null ? sql`` : sql`AND t.posted_at >= ${from}::timestamptz`
  const older = after ? sql`AND (e.transaction_id, e.position) < ${place}` : sql``
  // Lines of the pages before are newer: few, as a rule, against those that are older.
  const newer = after
    ? sql`(SELECT coalesce(sum(e.amount), 0) ${lines} ${since} AND (e.transaction_id, e.position) >= ${place})`
    : sql`0`
  // So many lines are left of the period: after the last of them nothing older is looked at.
  const left =
    from === null
      ? sql`${page.limit}::bigint`
      : sql`least(${page.limit}::bigint, greatest(0, (SELECT entries FROM sums)
          - (SELECT coalesce(sum(o.entries), 0) FROM (${sumsUpTo(merchantId, from, true)}) o WHERE o.account_id = ${page.accountId}::uuid)
          - ${after ? sql`(SELECT count(*) ${lines} ${since} AND (e.transaction_id, e.position) >= ${place})` : sql`0`}))`
  const found = await rows(
    db,
    statementRow,
    sql`
      WITH sums AS MATERIALIZED (
        SELECT coalesce(sum(p.debits) - sum(p.credits), 0) AS balance, coalesce(sum(p.entries), 0) AS entries,
          (array_agg(p.last_id ORDER BY p.last_id DESC))[1] AS last_id
        FROM (${sumsUpTo(merchantId, asOf, before)}) p WHERE p.account_id = ${page.accountId}::uuid),
      page AS (
        SELECT e.transaction_id, e.position, e.amount, t.posted_at, t.kind, t.description, t.payment_id ${lines} ${since} ${older}
        ORDER BY e.transaction_id DESC, e.position DESC LIMIT ${left}),
      top AS MATERIALIZED (SELECT balance - ${newer} AS balance FROM sums)
      SELECT transaction_id AS "transactionId", position::int, amount, posted_at AS "postedAt", kind, description, payment_id AS "paymentId",
        ((SELECT balance FROM top) - coalesce(sum(amount) OVER newer, 0))::text AS balance
      FROM page
      WINDOW newer AS (ORDER BY transaction_id DESC, position DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
      ORDER BY transaction_id DESC, position DESC`,
  )
  return found.map((row) => ({ ...row, balance: BigInt(row.balance) }))
}

/** Transactions that a search of the journal has named: by their id, or by their payment. */
export interface JournalSearch {
  ids: readonly string[]
  paymentIds: readonly string[]
}

export interface JournalSelection {
  /** Id of the last transaction of the page before. */
  after?: string | null
  limit: number
  kind?: string | null
  /** RFC 3339: `from` inclusive, `until` exclusive. */
  from?: string | null
  until?: string | null
  search?: JournalSearch | null
}

/** The journal, newest first. Keyset: by the ids of transactions. */
export function journal(db: Db, merchantId: string, page: JournalSelection): Promise<JournalTransaction[]> {
  const { after, limit, kind, from, until, search } = page
  const conditions = [
    sql`t.merchant_id = ${merchantId}::uuid`,
    ...(after ? [sql`t.id < ${after}::uuid`] : []),
    ...(kind ? [sql`t.kind = ${kind}`] : []),
    ...(from ? [sql`t.posted_at >= ${from}::timestamptz`] : []),
    ...(until ? [sql`t.posted_at < ${until}::timestamptz`] : []),
    ...(search ? [sql`t.id = ANY (ARRAY(${searched(merchantId, search)}))`] : []),
  ]
  return transactions(
    db,
    sql`SELECT t.* FROM ledger_transaction t WHERE ${joinSql(conditions, ' AND ')} ORDER BY t.id DESC LIMIT ${limit}`,
  )
}

/** Ids of what a search names, and of the reversals of it. */
function searched(merchantId: string, { ids, paymentIds }: JournalSearch): Sql {
  return sql`
    WITH own AS (
      SELECT id FROM ledger_transaction WHERE merchant_id = ${merchantId}::uuid AND id = ANY (${[...ids]}::uuid[])
      UNION SELECT id FROM ledger_transaction WHERE merchant_id = ${merchantId}::uuid AND payment_id = ANY (${[...paymentIds]}::uuid[]))
    SELECT id FROM own
    UNION SELECT r.id FROM own JOIN ledger_transaction r ON r.merchant_id = ${merchantId}::uuid AND r.reverses = own.id`
}

const namedTransaction = z.strictObject({
  id: z.string(),
  kind: z.string(),
  paymentId: z.string().nullable(),
  description: z.string(),
  postedAt: z.date(),
})
export type NamedTransaction = z.infer<typeof namedTransaction>

/** The transactions of a merchant whose id is one of these; a reversal with the payment of what it reverses. */
export function transactionsNamed(
  db: Db,
  merchantId: string,
  ids: readonly string[],
): Promise<NamedTransaction[]> {
  return rows(
    db,
    namedTransaction,
    sql`SELECT t.id, t.kind, coalesce(t.payment_id, r.payment_id) AS "paymentId", t.description, t.posted_at AS "postedAt"
      FROM ledger_transaction t LEFT JOIN ledger_transaction r ON (r.merchant_id, r.id) = (t.merchant_id, t.reverses)
      WHERE t.merchant_id = ${merchantId}::uuid AND t.id = ANY (${[...ids]}::uuid[])`,
  )
}

/** The transactions of a merchant whose id is one of these, with their entries, newest first. */
export function transactionsOf(
  db: Db,
  merchantId: string,
  ids: readonly string[],
): Promise<JournalTransaction[]> {
  return transactions(
    db,
    sql`SELECT * FROM ledger_transaction WHERE merchant_id = ${merchantId}::uuid AND id = ANY (${[...ids]}::uuid[])`,
  )
}

/** Transactions of one payment: its capture, refunds and surplus charges, and their reversals. */
export function transactionsOfPayment(
  db: Db,
  merchantId: string,
  paymentId: string,
): Promise<JournalTransaction[]> {
  return transactions(
    db,
    sql`WITH own AS (SELECT * FROM ledger_transaction WHERE merchant_id = ${merchantId}::uuid AND payment_id = ${paymentId}::uuid)
      SELECT * FROM own
      UNION ALL SELECT r.* FROM own JOIN ledger_transaction r ON (r.merchant_id, r.reverses) = (own.merchant_id, own.id)`,
  )
}

function balances(merchantId: string, accountId: string | null, asOf: string | null): Sql {
  return sql`
    SELECT a.id, a.code, a.name, a.type, a.currency, coalesce(sum(p.debits), 0)::text AS debits, coalesce(sum(p.credits), 0)::text AS credits,
      coalesce(sum(p.debits) - sum(p.credits), 0)::text AS balance, coalesce(w.pending, 0)::text AS pending,
      coalesce(sum(p.entries), 0)::float8 AS entries, max(p.last_entry_at) AS "lastEntryAt"
    FROM account a LEFT JOIN (${sumsUpTo(merchantId, asOf)}) p ON p.account_id = a.id
    LEFT JOIN (${pendingUpTo(merchantId, asOf)}) w ON w.account_id = a.id
    WHERE a.merchant_id = ${merchantId}::uuid AND (${accountId}::uuid IS NULL OR a.id = ${accountId}::uuid)
    GROUP BY a.merchant_id, a.id, w.pending
    ORDER BY a.currency, array_position(ARRAY['asset', 'expense', 'liability', 'equity', 'revenue'], a.type), a.code`
}

/** Debits and credits of all entries of a merchant in one currency, in its minor units; both are positive. */
export interface CurrencyTotal {
  currency: string
  debits: bigint
  credits: bigint
  entries: number
}

const totalRow = z.strictObject({
  currency: z.string(),
  debits: z.string(),
  credits: z.string(),
  entries: z.int(),
})

export async function currencyTotals(db: Db, merchantId: string): Promise<CurrencyTotal[]> {
  const found = await rows(
    db,
    totalRow,
    sql`
      SELECT a.currency, sum(p.debits)::text AS debits, sum(p.credits)::text AS credits, sum(p.entries)::float8 AS entries
      FROM (${sumsUpTo(merchantId, null)}) p JOIN account a ON a.merchant_id = ${merchantId}::uuid AND a.id = p.account_id
      GROUP BY a.currency ORDER BY a.currency`,
  )
  return found.map((row) => ({ ...row, debits: BigInt(row.debits), credits: BigInt(row.credits) }))
}

/** Of a sum that does not say: any of its transactions may be the greatest. */
const GREATEST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/**
 * Rows whose sums are those of a merchant's entries up to `asOf` (null: of all), by account: sums of whole days and of whole hours, and every
 * entry that those do not contain. Of one instant, as part of one statement. `before`: without what was posted at that very instant, so that
 * of a whole hour no entry is read.
 */
export function sumsUpTo(merchantId: string, asOf: string | null, before = false): Sql {
  const [day, hour] = ['1 day', '1 hour'].map(
    (width) => sql`date_bin(${width}::interval, ${asOf}::timestamptz, 'epoch')`,
  )
  const whole =
    asOf === null
      ? sql`width = 'day'`
      : sql`(width = 'day' AND starts_at < ${day} OR width = 'hour' AND starts_at >= ${day} AND starts_at < ${hour})`
  return sql`
    SELECT account_id, debits, credits, entries, last_entry_at, coalesce(last_transaction_id, ${GREATEST_ID}::uuid) AS last_id FROM account_sum
    WHERE merchant_id = ${merchantId}::uuid AND ${whole} AND (SELECT ledger_summed_upto()) > 0
    UNION ALL
    SELECT account_id, greatest(amount, 0), greatest(-amount, 0), 1, posted_at, transaction_id FROM unsummed_entries(${merchantId}::uuid, ${asOf}::timestamptz)
    ${before && asOf !== null ? sql`WHERE posted_at < ${asOf}::timestamptz` : sql``}`
}

/** A transaction's entry beside the transaction. */
const journalRow = z.strictObject({ ...transactionFacts, ...journalEntry })

async function transactions(db: Db, page: Sql): Promise<JournalTransaction[]> {
  const found = await rows(
    db,
    journalRow,
    sql`
      WITH page AS (${page})
      SELECT t.id, t.kind, t.description, t.payment_id AS "paymentId", t.reverses, r.id AS "reversedBy", t.posted_at AS "postedAt",
        e.position::int, e.account_id AS "accountId", a.code, a.name, a.type, e.currency, e.amount
      FROM page t
      JOIN entry e ON (e.merchant_id, e.transaction_id) = (t.merchant_id, t.id)
      JOIN account a ON (a.merchant_id, a.id) = (e.merchant_id, e.account_id)
      LEFT JOIN ledger_transaction r ON (r.merchant_id, r.reverses) = (t.merchant_id, t.id)
      ORDER BY t.id DESC, e.amount < 0, e.position`,
  )
  const byId = new Map<string, JournalTransaction>()
  for (const { id, kind, description, paymentId, reverses, reversedBy, postedAt, ...entry } of found) {
    const transaction = byId.get(id) ?? {
      id,
      kind,
      description,
      paymentId,
      reverses,
      reversedBy,
      postedAt,
      entries: [],
    }
    transaction.entries.push(entry)
    byId.set(id, transaction)
  }
  return [...byId.values()]
}

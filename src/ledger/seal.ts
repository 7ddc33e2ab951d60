import { z } from 'zod'
import { type NotedLink, notedLink } from '@/platform/chains'
import { type Db, firstRow, sql } from '@/platform/db'

/**
 * Seals up to `batch` ledger transactions that were committed and have no seal yet: each becomes a link of its merchant's hash chain. Any
 * number of processes may call it; one of them seals, the others return 0 at once.
 * @returns the number of transactions that were sealed
 */
export async function sealLedger(db: Db, batch: number): Promise<number> {
  const row = await firstRow(
    db,
    z.strictObject({ sealed: z.int() }),
    sql`SELECT seal_ledger(${batch}::int) AS sealed`,
  )
  return row?.sealed ?? 0
}

const sealing = z.strictObject({
  sealed: z.int(),
  unsealed: z.int(),
  /** When the newest sealed transaction was posted; null: none is sealed. */
  sealedUpTo: z.date().nullable(),
  /** Age of the oldest transaction without a seal, in seconds; null: there is none. */
  oldestSeconds: z.number().nullable(),
})
export type Sealing = z.infer<typeof sealing>

/** How far the ledger is sealed, of one merchant or (null) of all. Reads every transaction, so it is for a check, not for a request. */
export async function readSealing(db: Db, merchantId: string | null): Promise<Sealing> {
  const own = merchantId === null ? sql`true` : sql`t.merchant_id = ${merchantId}::uuid`
  const row = await firstRow(
    db,
    sealing,
    sql`
      SELECT count(s.seq)::int AS sealed, count(*) FILTER (WHERE s.seq IS NULL)::int AS unsealed,
        max(t.posted_at) FILTER (WHERE s.seq IS NOT NULL) AS "sealedUpTo",
        extract(epoch FROM now() - min(t.posted_at) FILTER (WHERE s.seq IS NULL))::float8 AS "oldestSeconds"
      FROM ledger_transaction t LEFT JOIN ledger_seal s ON s.merchant_id = t.merchant_id AND s.transaction_id = t.id WHERE ${own}`,
  )
  if (!row) throw new Error('the database counted no seals')
  return row
}

/** Newest transactions that are searched for ones without a seal. 1,000: a check of a page, and far more than five seconds of postings. */
const NEWEST = 1_000

const lastSeal = z.strictObject({
  /** Number of the merchant's seals. */
  seq: z.string(),
  /** SHA-256 of this seal and of all before it, in hexadecimal. */
  hash: z.string(),
  sealedAt: z.date(),
  /** When the transaction was posted; null: it is gone, and `verify` names it. */
  postedAt: z.date().nullable(),
})

const waitingRow = z.strictObject({
  waiting: z.int(),
  searched: z.int(),
  oldestSeconds: z.number().nullable(),
})

export interface SealState {
  /** Null: nothing is sealed yet. */
  last: z.infer<typeof lastSeal> | null
  /** Transactions without a seal among the merchant's newest. */
  waiting: number
  /** All that were searched have none, so there may be more. */
  more: boolean
  /** Age of the oldest of them, in seconds; null: there is none. */
  oldestSeconds: number | null
}

/** How far a merchant's ledger is sealed, by its last seal and its newest transactions, for a page that is read often. It recomputes nothing. */
export async function readSealState(db: Db, merchantId: string): Promise<SealState> {
  // The transactions first: what is sealed between the two statements then counts as waiting, never as sealed too early.
  const newest = await firstRow(
    db,
    waitingRow,
    sql`
      WITH newest AS (
        SELECT id, posted_at FROM ledger_transaction WHERE merchant_id = ${merchantId}::uuid ORDER BY id DESC LIMIT ${NEWEST}),
      checked AS (
        SELECT n.posted_at, EXISTS (
          SELECT FROM ledger_seal s WHERE s.merchant_id = ${merchantId}::uuid AND s.transaction_id = n.id) AS sealed
        FROM newest n)
      SELECT count(*) FILTER (WHERE NOT sealed)::int AS waiting, count(*)::int AS searched,
        extract(epoch FROM now() - min(posted_at) FILTER (WHERE NOT sealed))::float8 AS "oldestSeconds"
      FROM checked`,
  )
  const last = await firstRow(
    db,
    lastSeal,
    sql`
      SELECT s.seq::text AS seq, encode(s.hash, 'hex') AS hash, s.sealed_at AS "sealedAt", t.posted_at AS "postedAt"
      FROM ledger_seal s LEFT JOIN ledger_transaction t ON t.merchant_id = s.merchant_id AND t.id = s.transaction_id
      WHERE s.merchant_id = ${merchantId}::uuid ORDER BY s.seq DESC LIMIT 1`,
  )
  if (!newest) throw new Error('the database counted no seals')
  const { waiting, searched, oldestSeconds } = newest
  return { last, waiting, oldestSeconds, more: waiting === searched && searched === NEWEST }
}

/** The seal with this hash (64 hexadecimal digits), or null. Reads every seal: for a check, not for a request. */
export function findSeal(db: Db, hash: string): Promise<NotedLink | null> {
  return firstRow(
    db,
    notedLink,
    sql`
      SELECT s.merchant_id::text AS "merchantId", s.seq::text AS seq, s.sealed_at AS at,
        (SELECT count(*) FROM ledger_seal l WHERE l.merchant_id = s.merchant_id AND l.seq > s.seq)::text AS since
      FROM ledger_seal s WHERE s.hash = decode(${hash}, 'hex') LIMIT 1`,
  )
}

import { z } from 'zod'
import { type ChainHead, chainHeads } from '@/platform/chains'
import { type Db, firstRow, rows, type Sql, sql } from '@/platform/db'
import type { Offender } from '@/platform/integrity'

/** Links per statement. 10,000: about a third of a second, and one row comes back, so memory does not grow with the ledger. */
const BATCH = 10_000

/**
 * The first wrong link of each merchant's ledger chain, as the view `integrity_chain.ledger_is_chained` names it. The view reads all links in
 * one statement, which no limit on statements survives at some size; this goes on from the hash that the batch before ended with.
 */
export async function checkLedgerChain(
  db: Db,
  merchantId: string | null,
  batch = BATCH,
): Promise<Offender[]> {
  const found: Offender[] = []
  for (const merchant of merchantId === null ? await merchantsWithChain(db) : [merchantId]) {
    const wrong = await firstWrongLink(db, merchant, batch)
    if (wrong)
      found.push({ merchantId: merchant, subject: `ledger_seal #${wrong.place}`, detail: wrong.detail })
  }
  return found
}

/**
 * The same for the newest links of one merchant, for a page: reads the hash from which they go on, and takes the links before it as they
 * are. A seal that is missing right before them is found, one further back is not.
 */
export async function checkNewestLinks(db: Db, merchantId: string, links: number): Promise<Offender[]> {
  const end = await endOf(db, merchantId)
  const before = end && BigInt(end.seq) > BigInt(links) ? BigInt(end.seq) - BigInt(links) : 0n
  const wrong = await firstWrongLink(
    db,
    merchantId,
    BATCH,
    before > 0n ? await linkAt(db, merchantId, before) : START,
  )
  return wrong ? [{ merchantId, subject: `ledger_seal #${wrong.place}`, detail: wrong.detail }] : []
}

/** Merchants with a seal or with the end of a chain: one of the two may have been taken away. */
async function merchantsWithChain(db: Db): Promise<string[]> {
  // From one merchant to the next by the primary key: DISTINCT would read every seal.
  const sealed = await rows(
    db,
    z.strictObject({ merchantId: z.string() }),
    sql`
      WITH RECURSIVE merchant_of_seal AS (
        (SELECT merchant_id FROM ledger_seal ORDER BY merchant_id LIMIT 1)
        UNION ALL
        SELECT (SELECT s.merchant_id FROM ledger_seal s WHERE s.merchant_id > m.merchant_id ORDER BY s.merchant_id LIMIT 1)
        FROM merchant_of_seal m WHERE m.merchant_id IS NOT NULL)
      SELECT merchant_id::text AS "merchantId" FROM merchant_of_seal WHERE merchant_id IS NOT NULL`,
  )
  const ended = (await chainHeads(db, null)).filter(({ chain }) => chain === 'ledger')
  return [...new Set([...sealed, ...ended].map(({ merchantId }) => merchantId))].sort()
}

/** How far the links were read. `seq` is null before the first; places count from 1, whatever the links say of themselves. */
interface Position {
  seq: string | null
  links: bigint
  /** SHA-256 of the last link, in hexadecimal. */
  hash: string
}

const START: Position = { seq: null, links: 0n, hash: '' }

/** The link at a place, as if all up to it had been read. A hash that is none where it is missing: the next link does not follow it. */
async function linkAt(db: Db, merchantId: string, place: bigint): Promise<Position> {
  const found = await firstRow(
    db,
    z.strictObject({ hash: z.string() }),
    sql`SELECT encode(hash, 'hex') AS hash FROM ledger_seal WHERE merchant_id = ${merchantId}::uuid AND seq = ${place}::bigint`,
  )
  return { seq: String(place), links: place, hash: found?.hash ?? '' }
}

interface WrongLink {
  place: bigint
  detail: string
}

async function firstWrongLink(
  db: Db,
  merchantId: string,
  batch: number,
  from: Position = START,
): Promise<WrongLink | null> {
  let at = from
  /** Where an end said that there were links, before the last page was read. */
  let told = 0n
  for (;;) {
    const page = await readLinks(db, merchantId, at, batch)
    at = {
      seq: page.seq ?? at.seq,
      links: at.links + BigInt(page.links),
      hash: page.hash ?? at.hash,
    }
    if (page.links === batch && page.place === null) continue
    // Read after the links, so it lies behind each of them.
    const end = await endOf(db, merchantId)
    if (page.place !== null) return firstOf({ place: BigInt(page.place), detail: page.detail ?? '' }, end)
    // Links are missing, or were added meanwhile: then the next page has them.
    if (end === null || BigInt(end.seq) <= at.links || (page.links === 0 && told > at.links))
      return wrongEnd(at, end)
    told = BigInt(end.seq)
  }
}

async function endOf(db: Db, merchantId: string): Promise<ChainHead | null> {
  return (await chainHeads(db, merchantId)).find(({ chain }) => chain === 'ledger') ?? null
}

const NO_END = { place: 1n, detail: 'the chain has no end' }
const addedBehind = (end: bigint) => ({ place: end + 1n, detail: 'was added behind the end of the chain' })

/** The first of the wrong link and of one behind the chain's end: what stands there is wrong, whatever its hashes say. */
function firstOf(wrong: WrongLink, end: ChainHead | null): WrongLink {
  if (end === null) return NO_END
  const behind = addedBehind(BigInt(end.seq))
  return behind.place < wrong.place ? behind : wrong
}

/** Compares the last link with the end that the chain says it has. */
function wrongEnd({ links, hash }: Position, end: ChainHead | null): WrongLink | null {
  if (end === null) return links > 0n ? NO_END : null
  const told = BigInt(end.seq)
  if (told > links) return { place: links + 1n, detail: 'the seal is missing' }
  if (told < links) return addedBehind(told)
  return hash === end.hash ? null : { place: links + 1n, detail: 'must follow another end of the chain' }
}

const page = z.strictObject({
  links: z.int(),
  /** Of the last link. */
  seq: z.string().nullable(),
  hash: z.string().nullable(),
  /** Of the first wrong link. */
  place: z.string().nullable(),
  detail: z.string().nullable(),
})

/** Reads the next links behind `at`, and recomputes their hashes. */
async function readLinks(db: Db, merchantId: string, at: Position, batch: number) {
  const behind: Sql = at.seq === null ? sql`true` : sql`seq > ${at.seq}::bigint`
  const row = await firstRow(
    db,
    page,
    sql`
      WITH found AS MATERIALIZED (
        SELECT seq, transaction_id, item_hash, hash FROM ledger_seal
        WHERE merchant_id = ${merchantId}::uuid AND ${behind} ORDER BY seq LIMIT ${batch}),
      link AS MATERIALIZED (
        SELECT *, ${at.links}::bigint + row_number() OVER seals AS place, lag(hash, 1, decode(${at.hash}, 'hex')) OVER seals AS before,
          ledger_item_hash(${merchantId}::uuid, transaction_id) AS computed
        FROM found WINDOW seals AS (ORDER BY seq)),
      wrong AS (
        SELECT place::text AS place, CASE
          WHEN seq > place THEN 'the seal is missing'
          WHEN computed IS NULL THEN 'ledger_transaction ' || transaction_id || ' is missing'
          WHEN hash IS DISTINCT FROM seal_hash(before, seq, item_hash) THEN 'the seal of ledger_transaction ' || transaction_id || ' does not follow the one before'
          ELSE 'ledger_transaction ' || transaction_id || ' or its entries were changed' END AS detail
        FROM link WHERE seq <> place OR item_hash IS DISTINCT FROM computed OR hash IS DISTINCT FROM seal_hash(before, seq, item_hash)
        ORDER BY link.place LIMIT 1)
      SELECT count(found.seq)::int AS links, max(found.seq)::text AS seq,
        (SELECT encode(f.hash, 'hex') FROM found f ORDER BY f.seq DESC LIMIT 1) AS hash,
        (SELECT place FROM wrong) AS place, (SELECT detail FROM wrong) AS detail
      FROM found`,
  )
  if (!row) throw new Error('the database read no links')
  return row
}

import { z } from 'zod'
import { type Db, firstRow, rawSql, rows, sql } from '@/platform/db'
import { OFFENDERS_MAX, type Offender, type OffendersOf, offender } from '@/platform/integrity'
import type { BankCharge, BankMovement, Gateway } from './gateway'

/** Everything that the bank says it has moved. */
interface BankList {
  charges: BankCharge[]
  refunds: BankMovement[]
}

/** 1000: the longest page that the bank gives. */
const PAGE = 1_000

/** The invariants that read the bank's tables, checked against what the bank says instead, and the number of its charges. */
export interface AgainstBank {
  instead: Readonly<Record<string, OffendersOf>>
  charges(): Promise<number>
}

/**
 * Checks the same views as ever, with the bank's own list in place of the tables that this database has for the bank. For a bank that is
 * another process. Reads the whole list, into memory.
 */
export async function againstBank(db: Db, bank: Gateway): Promise<AgainstBank> {
  const known = await rows(
    db,
    z.strictObject({ id: z.string(), definition: z.string() }),
    sql`
      SELECT replace(c.relname, '_', '-') AS id, rtrim(pg_get_viewdef(c.oid), ';') AS definition
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'v' AND n.nspname = 'integrity_across' AND pg_get_viewdef(c.oid) LIKE '%gateway\\_simulator.%'
        -- What became of a request is in no bank's list.
        AND pg_get_viewdef(c.oid) NOT LIKE '%gateway\\_simulator.request%'`,
  )
  let first: Promise<BankList> | null = null
  const list = () => {
    first ??= readList(bank)
    return first
  }
  const checks = known.map(({ id, definition }): [string, OffendersOf] => [
    id,
    async (_, merchantId) => {
      const found = await offendersBy(db, definition, await list(), merchantId)
      if (found.length === 0) return found
      // Work goes on between the list and the statement. What is wrong is wrong by a later list, too.
      const again = await offendersBy(db, definition, await readList(bank), merchantId)
      const seen = new Set(again.map(words))
      return found.filter((one) => seen.has(words(one)))
    },
  ])
  return { instead: Object.fromEntries(checks), charges: async () => (await list()).charges.length }
}

/** Whether the tables of this database say nothing of charges that are made now. */
export async function isBankApart(db: Db): Promise<boolean> {
  const row = await firstRow(
    db,
    z.strictObject({ apart: z.boolean() }),
    sql`SELECT EXISTS (SELECT FROM bank_apart WHERE upto = 'infinity') AS apart`,
  )
  return row?.apart ?? false
}

const words = ({ subject, detail }: Offender) => `${subject}: ${detail}`

/** @throws Error when the bank does not answer */
async function readList(bank: Gateway): Promise<BankList> {
  const charges: BankCharge[] = []
  const refunds: BankMovement[] = []
  for (let after: string | null = null; ; ) {
    const page = await bank.charges({ since: new Date(0), after, limit: PAGE })
    if (page.kind === 'unknown') throw new Error(`the bank's list of charges cannot be read: ${page.reason}`)
    charges.push(...page.charges)
    after = page.next
    if (after === null) break
  }
  for (let after: string | null = null; ; ) {
    const page = await bank.movements({ since: new Date(0), after, limit: PAGE })
    if (page.kind !== 'page') throw new Error("the bank's list of movements cannot be read")
    refunds.push(...page.movements.filter(({ kind }) => kind === 'refund'))
    after = page.next
    if (after === null) break
  }
  return { charges, refunds }
}

/** A name in WITH stands before the table of that name, as in the checks of changes (migration 0039). */
function offendersBy(
  db: Db,
  definition: string,
  { charges, refunds }: BankList,
  merchantId: string | null,
): Promise<Offender[]> {
  const whose = merchantId === null ? sql`` : sql`WHERE merchant_id = ${merchantId}::uuid`
  return rows(
    db,
    offender,
    sql`
      WITH bank_apart AS (SELECT now() AS since, now() AS upto WHERE false),
      bank_charge AS MATERIALIZED (
        SELECT * FROM unnest(${charges.map(({ ref }) => ref)}::text[], ${charges.map(({ key }) => key)}::text[],
          ${charges.map(({ amountMinor }) => amountMinor)}::bigint[], ${charges.map(({ refundedMinor }) => refundedMinor)}::bigint[],
          ${charges.map(({ currency }) => currency)}::text[]) AS c (id, idempotency_key, amount, refunded_amount, currency)),
      bank_refund AS MATERIALIZED (
        SELECT * FROM unnest(${refunds.map(({ subjectRef }) => subjectRef)}::text[], ${refunds.map(({ key }) => key)}::text[],
          ${refunds.map(({ chargeRef }) => chargeRef)}::text[], ${refunds.map(({ amountMinor }) => -amountMinor)}::bigint[],
          ${refunds.map(({ currency }) => currency)}::text[]) AS r (id, idempotency_key, charge_id, amount, currency)),
      broken AS MATERIALIZED (
        SELECT merchant_id AS "merchantId", subject, detail FROM (${rawSql(definition.replaceAll('gateway_simulator.', 'bank_'))}) v ${whose})
      SELECT * FROM broken LIMIT ${OFFENDERS_MAX}`,
  )
}

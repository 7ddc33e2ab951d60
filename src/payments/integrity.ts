import { z } from 'zod'
import { checkLedgerChain } from '@/ledger/chain-check'
import { findSeal, readSealing, type Sealing } from '@/ledger/seal'
import { findEntry } from '@/platform/audit'
import { type ChainHead, chainHeads, type NotedLink } from '@/platform/chains'
import { type Db, firstRow, sql } from '@/platform/db'
import {
  EVERY_PART,
  type Finding,
  findings,
  isBroken,
  OF_MERCHANTS,
  type OffendersOf,
} from '@/platform/integrity'
import { readVerdict, type Verdict } from '@/platform/integrity-verdict'
import { againstBank, isBankApart } from './bank-list'
import type { Gateway } from './gateway'
import { httpGateway } from './simulator/client'
import { ALL_CHARGES } from './simulator/count'

const counted = z.strictObject({
  /** By the database's clock. */
  checkedAt: z.date(),
  /** At the simulated bank. */
  charges: z.int(),
  succeeded: z.int(),
  declined: z.int(),
  notCharged: z.int(),
  inDoubt: z.int(),
  transactions: z.int(),
  attempts: z.int(),
})
/** Rows that there were to check: "nothing was charged twice" means little where nothing was charged. */
export type Counted = Omit<z.infer<typeof counted>, 'checkedAt'>

export interface IntegrityReport {
  ok: boolean
  checkedAt: Date
  /** What payments were compared with: the bank's own list, its tables in this database, or nothing: it is elsewhere, and was not asked. */
  bank: 'list' | 'tables' | 'not'
  counted: Counted
  findings: Finding[]
}

/**
 * Checks every invariant of keys, payments, ledger and bank, of all merchants and the installation.
 * @param bank one that is another process, to be asked for its list; null: its tables in this database are all there is to compare with
 */
export async function checkIntegrity(db: Db, bank: Gateway | null): Promise<IntegrityReport> {
  const { checkedAt, ...counts } = await count(db)
  const against = bank && (await againstBank(db, bank))
  const found = await findings(db, EVERY_PART, null, { ...IN_BATCHES, ...against?.instead })
  const charges = (await against?.charges().catch(() => null)) ?? counts.charges
  const compared = bank ? 'list' : (await isBankApart(db)) ? 'not' : 'tables'
  return {
    ok: !found.some(isBroken),
    checkedAt,
    bank: compared,
    counted: { ...counts, charges },
    findings: found,
  }
}

const payments = z.strictObject({
  succeeded: z.int(),
  declined: z.int(),
  notCharged: z.int(),
  inDoubt: z.int(),
})
/** What the last checks say of a merchant, and its payments by how they stand, of this instant. */
export type IntegrityVerdict = Verdict & { counted: z.infer<typeof payments> }

/** Reads what the worker's checks found, and the counts of hours: a row an hour, some 4 ms of PostgreSQL at 90 days. */
export async function integrityVerdict(db: Db, merchantId: string): Promise<IntegrityVerdict> {
  const [verdict, counts] = await Promise.all([
    readVerdict(db, OF_MERCHANTS, merchantId),
    firstRow(
      db,
      payments,
      sql`
        SELECT coalesce(sum(payments) FILTER (WHERE status = 'succeeded'), 0)::float8 AS succeeded,
          coalesce(sum(payments) FILTER (WHERE status = 'declined'), 0)::float8 AS declined,
          coalesce(sum(payments) FILTER (WHERE status = 'not_charged'), 0)::float8 AS "notCharged",
          coalesce(sum(payments) FILTER (WHERE status IN ('sending', 'unknown', 'requires_action')), 0)::float8 AS "inDoubt"
        FROM payment_counts(${merchantId}::uuid, '-infinity', 'infinity')`,
    ),
  ])
  if (!counts) throw new Error('the database counted nothing')
  return { ...verdict, counted: counts }
}

/** Invariants that read too much for one statement. */
const IN_BATCHES: Readonly<Record<string, OffendersOf>> = { 'ledger-is-chained': checkLedgerChain }

/** The report on everything: also how far the ledger is sealed, and the end of each hash chain, for a witness elsewhere to keep. */
export type WholeReport = IntegrityReport & { sealing: Sealing; heads: ChainHead[]; noted: NotedHead[] }

/** A head that somebody noted elsewhere, compared with the chains that there are. */
export interface NotedHead {
  /** SHA-256, in hexadecimal. */
  hash: string
  /** Null: no chain of this database ever ended with it. */
  link: (NotedLink & { chain: ChainHead['chain'] }) | null
  /** Whether everything up to this link is as it was when the head was noted. */
  holds: boolean
}

/** 30 s for a page of the bank's list. */
const BANK_MS = 30_000

/**
 * @param noted heads that were noted elsewhere, in hexadecimal
 * @param bankUrl of a bank that is another process, to be asked for its list
 */
export async function checkEverything(
  db: Db,
  noted: readonly string[] = [],
  bankUrl: string | null = null,
): Promise<WholeReport> {
  // The heads first: what is written while the check runs lies behind them.
  const heads = await chainHeads(db, null)
  const report = await checkIntegrity(
    db,
    bankUrl === null ? null : httpGateway({ url: bankUrl, timeoutMs: BANK_MS }),
  )
  const compared: NotedHead[] = []
  for (const hash of noted) compared.push(await compareHead(db, hash, report.findings))
  const ok = report.ok && compared.every(({ holds }) => holds)
  return { ...report, ok, sealing: await readSealing(db, null), heads, noted: compared }
}

async function compareHead(db: Db, hash: string, found: readonly Finding[]): Promise<NotedHead> {
  const [seal, entry] = [await findSeal(db, hash), await findEntry(db, hash)]
  const link = seal ? { ...seal, chain: 'ledger' as const } : entry && { ...entry, chain: 'audit' as const }
  if (!link) return { hash, link, holds: false }
  const chained = found.find(({ id }) => id === CHAINED[link.chain])
  if (chained && !isBroken(chained)) return { hash, link, holds: true }
  // Broken somewhere: of this merchant, and before this link?
  const own = await findings(db, ['chain'], link.merchantId, IN_BATCHES)
  const wrong = own.filter(({ id }) => id === CHAINED[link.chain]).flatMap(({ offenders }) => offenders)
  return {
    hash,
    link,
    holds: chained !== undefined && wrong.every(({ subject }) => isBehind(subject, link.seq)),
  }
}

/** The invariant that recomputes each chain. */
const CHAINED = { ledger: 'ledger-is-chained', audit: 'audit-log-is-chained' } as const

/** True for a wrong link (`ledger_seal #7`) behind the place; false for a check that could not be run, which names none. */
function isBehind(subject: string, seq: string): boolean {
  const place = /#(\d+)$/.exec(subject)?.[1]
  return place !== undefined && BigInt(place) > BigInt(seq)
}

/** Charges: those of the bank's tables in this database, also under no key of ours. */
async function count(db: Db): Promise<z.infer<typeof counted>> {
  const row = await firstRow(
    db,
    counted,
    sql`
      SELECT now() AS "checkedAt", ${ALL_CHARGES} AS charges,
        count(*) FILTER (WHERE status = 'succeeded')::float8 AS succeeded, count(*) FILTER (WHERE status = 'declined')::float8 AS declined,
        count(*) FILTER (WHERE status = 'not_charged')::float8 AS "notCharged",
        count(*) FILTER (WHERE status IN ('sending', 'unknown', 'requires_action'))::float8 AS "inDoubt",
        (SELECT count(*)::float8 FROM ledger_transaction) AS transactions,
        (SELECT count(*)::float8 FROM attempt) AS attempts
      FROM payment`,
  )
  if (!row) throw new Error('the database counted nothing')
  return row
}

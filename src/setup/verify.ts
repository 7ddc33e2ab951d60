import { parseArgs } from 'node:util'
import {
  checkEverything,
  checkIntegrity,
  type IntegrityReport,
  type NotedHead,
  type WholeReport,
} from '@/payments/integrity'
import { type Db, openDb, openPool } from '@/platform/db'
import { isBroken } from '@/platform/integrity'

/** Checks every invariant, of all merchants and of the installation, and counts the rows that there were to check. */
export const check = (db: Db): Promise<IntegrityReport> => checkIntegrity(db, null)

/** 30 min for one statement: an invariant over millions of rows reads them all, and nobody's request waits for it. */
const STATEMENT_MS = 30 * 60_000

export interface VerifyOptions {
  json: boolean
  /** Heads that were noted elsewhere, as 64 hexadecimal digits: each must be a link of a chain. */
  heads: string[]
}

/** `npm run verify`: prints the report, for people or as JSON. @returns whether every invariant and every noted head holds */
export async function verify(databaseUrl: string, { json, heads }: VerifyOptions): Promise<boolean> {
  // As the owner: what is read must not depend on the grants that are being checked.
  const pool = openPool(databaseUrl, { max: 1, name: 'payonce-verify', statementMs: STATEMENT_MS })
  const db = openDb(pool)
  try {
    const result = await checkEverything(db, heads)
    process.stdout.write(`${json ? JSON.stringify(result, null, 2) : report(result)}\n`)
    return result.ok
  } finally {
    await db.$disconnect()
    await pool.end()
  }
}

const USAGE =
  'Usage: npm run verify -- [--json] [--head HASH]...\n  --head  a head that was noted earlier (64 hexadecimal digits): says whether the chain still contains it'

/** @throws Error with the usage */
export function readVerifyArguments(args: string[]): VerifyOptions {
  const { json = false, head = [] } = parsed(args)
  const heads = head.map((hash) => hash.trim().toLowerCase())
  const wrong = heads.find((hash) => !/^[0-9a-f]{64}$/.test(hash))
  if (wrong !== undefined)
    throw new Error(`"${wrong.slice(0, 80)}" is no head: it has 64 hexadecimal digits.\n${USAGE}`)
  return { json, heads }
}

function parsed(args: string[]) {
  try {
    const options = { json: { type: 'boolean' }, head: { type: 'string', multiple: true } } as const
    return parseArgs({ args, options }).values
  } catch {
    throw new Error(USAGE)
  }
}

function report({ ok, counted, findings, sealing, noted }: WholeReport): string {
  const lines = findings.flatMap(({ id, rule, offenders }) => [
    `${offenders.length === 0 ? '✓' : '✕'} ${rule}  (${id})`,
    ...offenders.map(({ subject, detail }) => `    ${subject}: ${detail}`),
  ])
  const { charges, succeeded, declined, notCharged, inDoubt, transactions, attempts } = counted
  const summary = `${charges} charges at the bank, ${succeeded} payments succeeded, ${declined} declined, ${notCharged} not charged, ${inDoubt} in doubt; ${transactions} ledger transactions; ${attempts} attempts`
  return [
    ...lines,
    ...noted.map(comparison),
    '',
    summary,
    sealed(sealing),
    ok ? `all ${findings.length} invariants hold` : broken(findings, noted),
  ].join('\n')
}

function broken(findings: WholeReport['findings'], noted: NotedHead[]): string {
  const invariants = findings.filter(isBroken).length
  const heads = noted.filter(({ holds }) => !holds).length
  return [
    invariants > 0
      ? `${invariants} of ${findings.length} invariants are broken`
      : `all ${findings.length} invariants hold`,
    ...(heads > 0 ? [`${heads} of ${noted.length} noted heads do not hold`] : []),
  ].join('; ')
}

function comparison({ hash, link, holds }: NotedHead): string {
  const head = `head ${hash.slice(0, 12)}…`
  if (!link)
    return `✕ ${head} is in no chain of this database: the chain was rewritten since it was noted, or it is another database’s`
  const place = `${head} is link #${link.seq} of the ${link.chain} chain of merchant ${link.merchantId}`
  return holds
    ? `✓ ${place}, written ${link.at.toISOString()}; nothing up to it was changed, and ${link.since} links follow`
    : `✕ ${place}, but a link up to it is wrong, or could not be checked`
}

function sealed({ sealed: count, unsealed, oldestSeconds }: WholeReport['sealing']): string {
  const rest =
    unsealed === 0
      ? 'all'
      : `all but the newest ${unsealed}, the oldest ${Math.round(oldestSeconds ?? 0)} s old`
  return `ledger sealed: ${count} transactions, ${rest}`
}

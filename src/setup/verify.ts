import { checkEverything, checkIntegrity, type IntegrityReport, type WholeReport } from '@/payments/integrity'
import { type Db, openDb, openPool } from '@/platform/db'
import { isBroken } from '@/platform/integrity'

/** Checks every invariant, of all merchants and of the installation, and counts the rows that there were to check. */
export const check = (db: Db): Promise<IntegrityReport> => checkIntegrity(db, null)

/** `npm run verify`: prints the report, for people or as JSON. @returns whether every invariant holds */
export async function verify(databaseUrl: string, options: { json: boolean }): Promise<boolean> {
  // As the owner: what is read must not depend on the grants that are being checked.
  const pool = openPool(databaseUrl, { max: 1, name: 'payonce-verify' })
  const db = openDb(pool)
  try {
    const result = await checkEverything(db)
    process.stdout.write(`${options.json ? JSON.stringify(result, null, 2) : report(result)}\n`)
    return result.ok
  } finally {
    await db.$disconnect()
    await pool.end()
  }
}

function report({ ok, counted, findings, sealing }: WholeReport): string {
  const lines = findings.flatMap(({ id, rule, offenders }) => [
    `${offenders.length === 0 ? '✓' : '✕'} ${rule}  (${id})`,
    ...offenders.map(({ subject, detail }) => `    ${subject}: ${detail}`),
  ])
  const { charges, succeeded, declined, notCharged, inDoubt, transactions, attempts } = counted
  const summary = `${charges} charges at the bank, ${succeeded} payments succeeded, ${declined} declined, ${notCharged} not charged, ${inDoubt} in doubt; ${transactions} ledger transactions; ${attempts} attempts`
  const broken = findings.filter(isBroken).length
  return [
    ...lines,
    '',
    summary,
    sealed(sealing),
    ok ? `all ${findings.length} invariants hold` : `${broken} of ${findings.length} invariants are broken`,
  ].join('\n')
}

function sealed({ sealed: count, unsealed, oldestSeconds }: WholeReport['sealing']): string {
  const rest =
    unsealed === 0
      ? 'all'
      : `all but the newest ${unsealed}, the oldest ${Math.round(oldestSeconds ?? 0)} s old`
  return `ledger sealed: ${count} transactions, ${rest}`
}

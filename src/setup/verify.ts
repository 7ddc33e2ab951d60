import { checkIntegrity, type IntegrityReport } from '@/payments/integrity'
import { type Db, openDb, openPool } from '@/platform/db'
import { isBroken } from '@/platform/integrity'

/** Checks every invariant of every merchant and of the installation, and counts what there was to check. */
export const check = (db: Db): Promise<IntegrityReport> => checkIntegrity(db, null)

/** `npm run verify`: prints the verdict, for people or as JSON. @returns whether every invariant holds */
export async function verify(databaseUrl: string, options: { json: boolean }): Promise<boolean> {
  // As the owner of the database: what it sees does not depend on the grants it checks.
  const pool = openPool(databaseUrl, { max: 1, role: 'none', name: 'payonce-verify' })
  const db = openDb(pool)
  try {
    const verdict = await check(db)
    process.stdout.write(`${options.json ? JSON.stringify(verdict, null, 2) : report(verdict)}\n`)
    return verdict.ok
  } finally {
    await db.$disconnect()
    await pool.end()
  }
}

function report({ ok, counted, findings }: IntegrityReport): string {
  const lines = findings.flatMap(({ id, rule: says, offenders: found }) => [
    `${found.length === 0 ? '✓' : '✕'} ${says}  (${id})`,
    ...found.map(({ subject, detail }) => `    ${subject}: ${detail}`),
  ])
  const { charges, succeeded, declined, notCharged, inDoubt, transactions, attempts } = counted
  const seen = `${charges} charges at the bank, ${succeeded} payments succeeded, ${declined} declined, ${notCharged} not charged, ${inDoubt} in doubt; ${transactions} ledger transactions; ${attempts} attempts`
  const broken = findings.filter(isBroken).length
  return [
    ...lines,
    '',
    seen,
    ok ? `all ${findings.length} invariants hold` : `${broken} of ${findings.length} invariants are broken`,
  ].join('\n')
}

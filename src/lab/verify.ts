import { type Offender, offenders } from '@/ledger/audit'
import { type Db, openDb, openPool, sql } from '@/platform/db'
import { INVARIANTS } from './invariants'

export interface Finding {
  id: string
  says: string
  offenders: Offender[]
}

/** What there was to check. "Nothing was charged twice" means little where nothing was charged. */
export interface Counted {
  charges: number
  succeeded: number
  declined: number
  notCharged: number
  inDoubt: number
  transactions: number
  attempts: number
}

export interface Verdict {
  ok: boolean
  counted: Counted
  findings: Finding[]
}

/** Checks every invariant, and counts what there was to check. */
export async function check(db: Db): Promise<Verdict> {
  const findings: Finding[] = []
  for (const { id, says, query, breaks } of INVARIANTS) {
    // Candidates are many and offenders few: look at enough of them.
    const found = await offenders(db, query, null, breaks ? 1_000 : 20)
    findings.push({ id, says, offenders: breaks ? found.filter(breaks).map((one) => ({ ...one, detail: 'holds a card number' })) : found })
  }
  return { ok: findings.every((finding) => finding.offenders.length === 0), counted: await count(db), findings }
}

/** `npm run verify`: prints the verdict, for people or as JSON. @returns whether every invariant holds */
export async function verify(databaseUrl: string, options: { json: boolean }): Promise<boolean> {
  // As the owner of the database: to look at the bank's side and at everybody's connections.
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

function report({ ok, counted, findings }: Verdict): string {
  const lines = findings.flatMap(({ id, says, offenders: found }) => [
    `${found.length === 0 ? '✓' : '✕'} ${says}  (${id})`,
    ...found.map(({ subject, detail }) => `    ${subject}: ${detail}`),
  ])
  const { charges, succeeded, declined, notCharged, inDoubt, transactions, attempts } = counted
  const seen = `${charges} charges at the bank, ${succeeded} payments succeeded, ${declined} declined, ${notCharged} not charged, ${inDoubt} in doubt; ${transactions} ledger transactions; ${attempts} attempts`
  const broken = findings.filter((finding) => finding.offenders.length > 0).length
  return [...lines, '', seen, ok ? `all ${findings.length} invariants hold` : `${broken} of ${findings.length} invariants are broken`].join('\n')
}

async function count(db: Db): Promise<Counted> {
  const [row] = await db.$queryRaw<Counted[]>(sql`
    SELECT (SELECT count(*)::int FROM gateway_simulator.charge) AS charges,
      count(*) FILTER (WHERE status = 'succeeded')::int AS succeeded, count(*) FILTER (WHERE status = 'declined')::int AS declined,
      count(*) FILTER (WHERE status = 'not_charged')::int AS "notCharged", count(*) FILTER (WHERE status IN ('sending', 'unknown', 'requires_action'))::int AS "inDoubt",
      (SELECT count(*)::int FROM ledger_transaction) AS transactions, (SELECT count(*)::int FROM attempt) AS attempts
    FROM payment`)
  return row as Counted
}

import { print, printError, reasonOf, seconds } from '../process/console'
import { runTool, type ToolResult } from '../process/run-tool'
import { checkSchema } from '../schema/check-schema'
import { generate } from '../schema/generate'
import { migrations } from '../schema/migrate'

/** How many checks passed and how many did not. */
export interface Tally {
  passed: number
  failed: number
}

/** All that can be known without running the product, in the order of how fast one wants to know it. */
const STEPS: [name: string, check: () => Promise<ToolResult>][] = [
  ['Prisma client', () => generate().then(() => ({ ok: true, output: '' }))],
  ['types', checkTypes],
  ['lint and format', () => runTool('biome', ['check', '--error-on-warnings', '--max-diagnostics=50', '.'])],
  ['dead code', () => runTool('knip', ['--no-progress'])],
  ['SQL of the migrations', checkSql],
  ['schema.prisma = migrations', agree],
]

/** Runs every step, whatever the others say: one run names all that is wrong. */
export async function check(): Promise<Tally> {
  const tally = { passed: 0, failed: 0 }
  for (const [name, run] of STEPS) {
    const began = performance.now()
    const result = await run().catch((error: unknown) => ({ ok: false, output: reasonOf(error) }))
    tally[result.ok ? 'passed' : 'failed'] += 1
    print(`${result.ok ? '✓' : '✗'} ${name.padEnd(34)} ${seconds(performance.now() - began)}`)
    if (!result.ok) printError(result.output)
  }
  return tally
}

/** The routes' types are made by Next; on a fresh clone they are not there yet. */
async function checkTypes(): Promise<ToolResult> {
  const routes = await runTool('next', ['typegen'], { env: { NEXT_TELEMETRY_DISABLED: '1' } })
  return routes.ok ? runTool('tsc', ['--noEmit']) : routes
}

/** Said otherwise here, on purpose. */
const NOT_OURS = [
  // migrate.ts applies each migration as one transaction with a lock time-out: it cannot fail part way, nor wait for ever.
  'prefer-robust-stmts',
  'require-lock-timeout',
  'require-statement-timeout',
  // A currency is three letters (ISO 4217).
  'ban-char-field',
  // Positions, quantities, statuses, durations: nothing that counts up for ever.
  'prefer-bigint-over-int',
  'prefer-bigint-over-smallint',
]
/** Rules about locks. The first four migrations make the tables, so they run on an empty database, where nobody waits. */
const LOCK_RULES = [
  'adding-foreign-key-constraint',
  'constraint-missing-not-valid',
  'require-concurrent-index-creation',
]
const FOUNDING = 4

async function checkSql(): Promise<ToolResult> {
  const files = migrations().map(({ name }) => `prisma/migrations/${name}/migration.sql`)
  const squawk = (checked: string[], exclude: string[]) =>
    runTool('squawk', [`--exclude=${exclude.join(',')}`, ...checked])
  const founding = await squawk(files.slice(0, FOUNDING), [...NOT_OURS, ...LOCK_RULES])
  const later = files.length > FOUNDING ? await squawk(files.slice(FOUNDING), NOT_OURS) : founding
  return founding.ok ? later : founding
}

async function agree(): Promise<ToolResult> {
  const found = await checkSchema()
  return { ok: found.length === 0, output: found.join('\n') }
}

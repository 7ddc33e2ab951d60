import { print, printError, reasonOf, seconds } from '../process/console'
import { runTool, type ToolResult } from '../process/run-tool'
import { checkSchema } from '../schema/check-schema'
import { generate } from '../schema/generate'
import { migrations } from '../schema/migrate'

/** Counts of passed and failed checks. */
export interface Tally {
  passed: number
  failed: number
  /** What failed, a line each, as far as it has names. */
  failures?: string[]
}

type Step = [name: string, check: () => Promise<ToolResult>]

/** What the others read. */
const FIRST: Step = ['Prisma client', () => generate().then(() => ({ ok: true, output: '' }))]

/** Every check that does not run the product, in the order in which a developer wants the results. */
const STEPS: Step[] = [
  ['types', checkTypes],
  ['lint and format', () => runTool('biome', ['check', '--error-on-warnings', '--max-diagnostics=50', '.'])],
  ['dead code', () => runTool('knip', ['--no-progress'])],
  ['SQL of the migrations', checkSql],
  ['schema.prisma = migrations', compareSchema],
]

/** `npm run check`: runs every step, two at a time, also after a failure, so that one run names all that is wrong. */
export async function check(): Promise<Tally> {
  const tally = { passed: 0, failed: 0, failures: [] as string[] }
  const take = async ([name, run]: Step) => {
    const began = performance.now()
    const result = await run().catch((error: unknown) => ({ ok: false, output: reasonOf(error) }))
    tally[result.ok ? 'passed' : 'failed'] += 1
    print(`${result.ok ? '✓' : '✗'} ${name.padEnd(34)} ${seconds(performance.now() - began)}`)
    if (result.ok) return
    tally.failures.push(name)
    printError(result.output)
  }
  await take(FIRST)
  // Both take from one row: whichever is free has the next step.
  const steps = STEPS.values()
  const takeTurns = async () => {
    for (const step of steps) await take(step)
  }
  await Promise.all([takeTurns(), takeTurns()])
  return tally
}

/** Generates Next's route types first: a fresh clone does not have them. */
async function checkTypes(): Promise<ToolResult> {
  const routes = await runTool('next', ['typegen'], { env: { NEXT_TELEMETRY_DISABLED: '1' } })
  return routes.ok ? runTool('tsc', ['--noEmit']) : routes
}

/** Rules of squawk that we break on purpose, each with the reason. */
const RULES_OFF = [
  // migrate.ts applies each migration as one transaction with a lock timeout: it cannot fail halfway, nor wait for ever.
  'prefer-robust-stmts',
  'require-lock-timeout',
  'require-statement-timeout',
  // It takes each file for one transaction; migrate.ts sends a script that has CONCURRENTLY statement by statement.
  'ban-concurrent-index-creation-in-transaction',
  // A currency is exactly three letters (ISO 4217).
  'ban-char-field',
  // Positions, quantities, statuses and durations do not grow without end.
  'prefer-bigint-over-int',
  'prefer-bigint-over-smallint',
]
/** Rules about locks. They are off for the first four migrations, which create the tables: on an empty database nothing waits. */
const LOCK_RULES = [
  'adding-foreign-key-constraint',
  'constraint-missing-not-valid',
  'require-concurrent-index-creation',
]
const FOUNDING_MIGRATIONS = 4

async function checkSql(): Promise<ToolResult> {
  const files = migrations().map(({ name }) => `prisma/migrations/${name}/migration.sql`)
  const squawk = (checked: string[], exclude: string[]) =>
    runTool('squawk', [`--exclude=${exclude.join(',')}`, ...checked])
  const founding = await squawk(files.slice(0, FOUNDING_MIGRATIONS), [...RULES_OFF, ...LOCK_RULES])
  const later =
    files.length > FOUNDING_MIGRATIONS ? await squawk(files.slice(FOUNDING_MIGRATIONS), RULES_OFF) : founding
  return founding.ok ? later : founding
}

async function compareSchema(): Promise<ToolResult> {
  const differences = await checkSchema()
  return { ok: differences.length === 0, output: differences.join('\n') }
}

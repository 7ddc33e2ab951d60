import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { build } from '../build'
import { print, printError, reasonOf } from '../process/console'
import { forkTypeScript } from '../process/fork-typescript'
import { inRoot } from '../process/project-root'
import { runTool } from '../process/run-tool'
import { generate } from '../schema/generate'
import { ensureBrowser } from './browser'
import { check, type Tally } from './check'

/** `npm test`: runs all parts, or those named (`npm test -- check e2e`). The last line is `N passed, N failed`. */
const PARTS: Record<string, () => Promise<Tally>> = {
  check,
  unit: () => runVitest(['--project', 'unit']),
  vitest: () => runVitest(),
  simulate: () => runLab('simulation/simulate-run'),
  mutants: () => runLab('simulation/mutants-run'),
  build: runBuild,
  chaos: () => runLab('chaos/run'),
  e2e: runBrowserTests,
}

/** A part of another one, run only by its name: `npm run test:quick`. */
const CONTAINED = new Set(['unit'])

const reports = inRoot('node_modules/.cache/payonce')

const total: Tally = { passed: 0, failed: 0 }

async function runPart(name: string): Promise<Tally> {
  print(`\n── ${name} ${'─'.repeat(60 - name.length)}`)
  // A part that throws has failed; it must not count as a part that was not asked for.
  return (PARTS[name] ?? check)().catch((error: unknown) => {
    printError(reasonOf(error))
    return { passed: 0, failed: 1 }
  })
}

function add(tally: Tally): void {
  total.passed += tally.passed
  total.failed += tally.failed
}

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
})

async function runVitest(only: string[] = []): Promise<Tally> {
  await generate()
  const file = freshReport('vitest.json')
  const { ok } = await runTool(
    'vitest',
    // A second try, which the report names: this runs on machines that other programs share.
    ['run', '--retry=1', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...only],
    { live: true },
  )
  const report = vitestReport.parse(readReport(file))
  // A test file that does not load has no tests, so it is counted as one failure.
  const broken = report.testResults.filter(
    (result) => result.status === 'failed' && result.assertionResults.length === 0,
  ).length
  return withRunnerFailure(ok, { passed: report.numPassedTests, failed: report.numFailedTests + broken })
}

/** Runs one of the lab's programs, whose exit code is its result. */
async function runLab(name: string, args: string[] = []): Promise<Tally> {
  const child = forkTypeScript(inRoot(`lab/${name}.ts`), args, { stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

/** Builds, and checks the sizes of the bundles (.size-limit.json), since one import is enough to make a page too large. */
async function runBuild(): Promise<Tally> {
  await build()
  const { ok } = await runTool('size-limit', [], { live: true })
  return ok ? { passed: 2, failed: 0 } : { passed: 1, failed: 1 }
}

const playwrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
})

async function runBrowserTests(): Promise<Tally> {
  await ensureBrowser()
  const all = await runPlaywright([])
  if (all.failed === 0 || all.skipped === 0) return all
  // A test of `calm` failed, so that Playwright left the accidents out; they may have more to say.
  const accidents = await runPlaywright(['--project=accidents', '--no-deps'])
  return { passed: all.passed + accidents.passed, failed: all.failed + accidents.failed }
}

/** `skipped`: tests that did not run. */
async function runPlaywright(only: string[]): Promise<Tally & { skipped: number }> {
  const file = freshReport('playwright.json')
  const { ok } = await runTool('playwright', ['test', '--reporter=list,json', ...only], {
    live: true,
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: file },
  })
  const { expected, unexpected, flaky, skipped } = playwrightReport.parse(readReport(file)).stats
  if (flaky > 0)
    print(`${flaky} of the browser tests passed at the second try only; they are named above as flaky.`)
  return { ...withRunnerFailure(ok, { passed: expected + flaky, failed: unexpected }), skipped }
}

/** A runner that fails without naming a failed test has itself failed, which counts as one. */
function withRunnerFailure(ok: boolean, tally: Tally): Tally {
  return ok || tally.failed > 0 ? tally : { ...tally, failed: 1 }
}

function freshReport(name: string): string {
  fs.mkdirSync(reports, { recursive: true })
  fs.rmSync(path.join(reports, name), { force: true })
  return path.join(reports, name)
}

function readReport(file: string): unknown {
  if (!fs.existsSync(file))
    throw new Error(`The test runner ended without writing its report (${path.basename(file)}).`)
  return JSON.parse(fs.readFileSync(file, 'utf8'))
}

// At the end of the file: the constants above must be initialised.
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !Object.hasOwn(PARTS, name))
if (unknown.length > 0)
  printError(`There is no part ${unknown.join(', ')}. Usage: npm test -- [${Object.keys(PARTS).join(' | ')}]`)
const parts = Object.keys(PARTS).filter((name) =>
  asked.length === 0 ? !CONTAINED.has(name) : asked.includes(name),
)
for (const name of parts) add(await runPart(name))
print(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 && total.passed > 0 && unknown.length === 0 ? 0 : 1

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

/** `npm test`: everything, or the named parts (`npm test -- e2e`). The last line says `N passed, N failed`. */
const PARTS: Record<string, () => Promise<Tally>> = {
  check,
  vitest: runVitest,
  simulate: () => runLab('simulation/simulate-run'),
  mutants: () => runLab('simulation/mutants-run'),
  build: runBuild,
  chaos: () => runLab('chaos/run'),
  e2e: runBrowserTests,
}

const reports = inRoot('node_modules/.cache/payonce')

const total: Tally = { passed: 0, failed: 0 }

async function runPart(name: string): Promise<Tally> {
  print(`\n── ${name} ${'─'.repeat(60 - name.length)}`)
  // A part that breaks is a failure, never a part that was not there.
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

async function runVitest(): Promise<Tally> {
  await generate()
  const file = freshReport('vitest.json')
  const { ok } = await runTool(
    'vitest',
    ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
    { live: true },
  )
  const report = vitestReport.parse(readReport(file))
  // A file that does not even load has no tests that could fail.
  const broken = report.testResults.filter(
    (result) => result.status === 'failed' && result.assertionResults.length === 0,
  ).length
  return honest(ok, { passed: report.numPassedTests, failed: report.numFailedTests + broken })
}

/** One of the laboratory's programs: it says by its exit code whether all held. */
async function runLab(name: string, args: string[] = []): Promise<Tally> {
  const child = forkTypeScript(inRoot(`lab/${name}.ts`), args, { stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }
}

/** What is built is weighed too (.size-limit.json), since a page grows by one import. */
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
  const file = freshReport('playwright.json')
  const { ok } = await runTool('playwright', ['test', '--reporter=list,json'], {
    live: true,
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: file },
  })
  const { expected, unexpected, flaky, skipped } = playwrightReport.parse(readReport(file)).stats
  // Skipped: the accidents, when one of the calm tests failed. What did not run has not passed.
  return honest(ok, { passed: expected, failed: unexpected + flaky + skipped })
}

/** A runner that says "not well" and names no failed test has itself failed. */
function honest(ok: boolean, tally: Tally): Tally {
  return ok || tally.failed > 0 ? tally : { ...tally, failed: 1 }
}

function freshReport(name: string): string {
  fs.mkdirSync(reports, { recursive: true })
  fs.rmSync(path.join(reports, name), { force: true })
  return path.join(reports, name)
}

function readReport(file: string): unknown {
  if (!fs.existsSync(file))
    throw new Error(`The test runner ended without a report (${path.basename(file)}).`)
  return JSON.parse(fs.readFileSync(file, 'utf8'))
}

// Last, when all names above have their values.
const asked = process.argv.slice(2)
const parts = Object.keys(PARTS).filter((name) => asked.length === 0 || asked.includes(name))
for (const name of parts) add(await runPart(name))
print(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1

import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { print, printError, reasonOf } from '../process/console'
import { forkTypeScript } from '../process/fork-typescript'
import { inRoot } from '../process/project-root'
import { runTool } from '../process/run-tool'
import { generate } from '../schema/generate'
import { ensureBrowser } from './browser'
import { check, type Tally } from './check'
import { tallyOfPlaywright, tallyOfVitest } from './reports'

/** `npm test`: runs all parts, or those named (`npm test -- check e2e`). The last line is `N passed, N failed`. */

/** Run one after the other, with their output as it comes. */
const IN_TURN: Record<string, () => Promise<Tally>> = {
  check,
  unit: () => runVitest(['--project', 'unit']),
  vitest: () => runVitest(),
  e2e: runBrowserTests,
}

/** Tally of a part, and all that it printed, unless that went to the terminal at once. */
interface Finished extends Tally {
  output: string
}

/** Run one after the other beside those above, which often wait, and after `check`. Each shows its output at its end, in one piece. */
const BESIDE: Record<string, (live: boolean) => Promise<Finished>> = {
  build: runBuild,
  chaos: (live) => runProgram('lab/chaos/run.ts', [], { live }),
  // These two only compute, in a time of their own: tests that wait for something have the processor first.
  simulate: (live) => runProgram('lab/simulation/simulate-run.ts', [], { live, yields: true }),
  mutants: (live) => runProgram('lab/simulation/mutants-run.ts', [], { live, yields: true }),
}

/** A part of another one, run only by its name: `npm run test:quick`. */
const CONTAINED = new Set(['unit'])

const reports = inRoot('node_modules/.cache/payonce')

const total = { passed: 0, failed: 0, failures: [] as string[] }

async function runInTurn(names: string[]): Promise<void> {
  for (const name of names) {
    print(headline(name))
    add(name, await (IN_TURN[name] ?? check)().catch(broken))
  }
}

/** @param live whether the output may go to the terminal as it comes: nothing runs beside it */
async function runBeside(names: string[], live: boolean): Promise<void> {
  for (const name of names) {
    if (live) print(headline(name))
    const { output, ...tally } = await (BESIDE[name] ?? runBuild)(live).catch((error: unknown) => ({
      ...broken(error),
      output: '',
    }))
    if (!live) print(`${headline(name)}\n${output.trimEnd()}\n`)
    add(name, tally)
  }
}

const headline = (name: string): string => `\n── ${name} ${'─'.repeat(60 - name.length)}`

/** A part that throws has failed; it must not count as a part that was not asked for. */
function broken(error: unknown): Tally {
  printError(reasonOf(error))
  return { passed: 0, failed: 1, failures: [reasonOf(error)] }
}

/** @param part by which what failed is told from the same of another part */
function add(part: string, { passed, failed, failures = [] }: Tally): void {
  total.passed += passed
  total.failed += failed
  if (failed > 0)
    total.failures.push(
      ...(failures.length > 0 ? failures : ['(without a name)']).map((what) => `${part}: ${what}`),
    )
}

async function runVitest(only: string[] = []): Promise<Tally> {
  await generate()
  const file = freshReport('vitest.json')
  const { ok } = await runTool(
    'vitest',
    // A second try, which the report names: this runs on machines that other programs share.
    ['run', '--retry=1', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...only],
    { live: true },
  )
  return withRunnerFailure(ok, tallyOfVitest(readReport(file)))
}

/** Runs one of our programs, whose exit code is its result. @param options.yields whether other programs have the processor first */
async function runProgram(
  file: string,
  args: string[],
  options: { live: boolean; yields?: boolean },
): Promise<Finished> {
  const stdio = options.live ? 'inherit' : 'pipe'
  const child = forkTypeScript(inRoot(file), args, { stdio: ['ignore', stdio, stdio, 'ipc'] })
  if (options.yields && child.pid) os.setPriority(child.pid, os.constants.priority.PRIORITY_BELOW_NORMAL)
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code === 0) return { passed: 1, failed: 0, output }
  // Our programs mark what does not hold in this way; an output that went to the terminal has been read there.
  const marked = output.split('\n').filter((line) => /^\s*[✕✗] /.test(line))
  return { passed: 0, failed: 1, failures: marked.map((line) => line.trim()), output }
}

/** Builds, and checks the sizes of the bundles (.size-limit.json), since one import is enough to make a page too large. */
async function runBuild(live: boolean): Promise<Finished> {
  const built = await runProgram('src/setup/run.ts', ['build'], { live })
  if (built.failed > 0) return built
  const sizes = await runTool('size-limit', [], { live })
  const output = built.output + sizes.output
  return sizes.ok ? { passed: 2, failed: 0, output } : { passed: 1, failed: 1, output }
}

async function runBrowserTests(): Promise<Tally> {
  await ensureBrowser()
  const all = await runPlaywright([])
  if (all.failed === 0 || all.skipped === 0) return all
  // A test of `calm` failed, so that Playwright left the accidents out; they may have more to say.
  const accidents = await runPlaywright(['--project=accidents', '--no-deps'])
  return {
    passed: all.passed + accidents.passed,
    failed: all.failed + accidents.failed,
    failures: [...(all.failures ?? []), ...(accidents.failures ?? [])],
  }
}

/** `skipped`: tests that did not run. */
async function runPlaywright(only: string[]): Promise<Tally & { skipped: number }> {
  const file = freshReport('playwright.json')
  const { ok } = await runTool('playwright', ['test', '--reporter=list,json', ...only], {
    live: true,
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: file },
  })
  const { flaky, skipped, ...tally } = tallyOfPlaywright(readReport(file))
  if (flaky > 0)
    print(`${flaky} of the browser tests passed at the second try only; they are named above as flaky.`)
  return { ...withRunnerFailure(ok, tally), skipped }
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
const all = [...Object.keys(IN_TURN), ...Object.keys(BESIDE)]
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !all.includes(name))
if (unknown.length > 0)
  printError(`There is no part ${unknown.join(', ')}. Usage: npm test -- [${all.join(' | ')}]`)
const wanted = (name: string) => (asked.length === 0 ? !CONTAINED.has(name) : asked.includes(name))
// First and alone: it takes a minute and finds most mistakes, and Next writes route types for it where a build writes its own.
await runInTurn(['check'].filter(wanted))
const inTurn = Object.keys(IN_TURN).filter((name) => name !== 'check' && wanted(name))
await Promise.all([runInTurn(inTurn), runBeside(Object.keys(BESIDE).filter(wanted), inTurn.length === 0)])
for (const failure of total.failures) print(`✗ ${failure}`)
print(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 && total.passed > 0 && unknown.length === 0 ? 0 : 1

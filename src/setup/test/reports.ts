import path from 'node:path'
import { z } from 'zod'
import { inRoot } from '../process/project-root'
import type { Tally } from './check'

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
})

/** @param report what `--reporter=json` of Vitest wrote */
export function tallyOfVitest(report: unknown): Tally {
  const { numPassedTests, numFailedTests, testResults } = vitestReport.parse(report)
  // A test file that does not load has no tests, so it is counted as one failure.
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  )
  const failedTests = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName }) => `${path.relative(inRoot(), name)} › ${fullName}`),
  )
  return {
    passed: numPassedTests,
    failed: numFailedTests + broken.length,
    failures: [...broken.map(({ name }) => `${path.relative(inRoot(), name)} does not load`), ...failedTests],
  }
}

const playwrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
  suites: z.array(z.lazy(() => playwrightSuite)),
})

interface PlaywrightSuite {
  specs: { title: string; file: string; tests: { status: string }[] }[]
  suites?: PlaywrightSuite[] | undefined
}

const playwrightSuite: z.ZodType<PlaywrightSuite> = z.object({
  specs: z.array(
    z.object({ title: z.string(), file: z.string(), tests: z.array(z.object({ status: z.string() })) }),
  ),
  suites: z.array(z.lazy(() => playwrightSuite)).optional(),
})

function unexpectedOf({ specs, suites = [] }: PlaywrightSuite): string[] {
  const here = specs.filter(({ tests }) => tests.some(({ status }) => status === 'unexpected'))
  return [...here.map(({ file, title }) => `${file} › ${title}`), ...suites.flatMap(unexpectedOf)]
}

/**
 * @param report what `--reporter=json` of Playwright wrote
 * @returns `flaky`: tests that passed at the second try, counted in `passed`; `skipped`: tests that did not run
 */
export function tallyOfPlaywright(report: unknown): Tally & { flaky: number; skipped: number } {
  const { stats, suites } = playwrightReport.parse(report)
  const { expected, unexpected, flaky, skipped } = stats
  return {
    passed: expected + flaky,
    failed: unexpected,
    failures: suites.flatMap(unexpectedOf),
    flaky,
    skipped,
  }
}

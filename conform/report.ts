import type { CheckResult, Report } from './conform'
import { PROFILES } from './profiles'

/** The report as a table for people. */
export function table(report: Report): string {
  const { must, should, requests, url, profile } = report
  return [
    `${url}  ${profile} (${PROFILES[profile].about})`,
    '',
    ...report.results.flatMap(lines),
    '',
    `MUST ${points(must)}   SHOULD ${points(should)}   ${requests} requests`,
  ].join('\n')
}

/** True when the API conforms: every MUST that was judged passed; with `strict`, every SHOULD too. */
export function conforms({ must, should }: Report, strict: boolean): boolean {
  return must.failed === 0 && must.passed > 0 && (!strict || should.failed === 0)
}

function lines({ outcome, weight, id, rule, source, evidence, money }: CheckResult): string[] {
  const head = `${MARKS[outcome]} ${weight.padEnd(6)} ${id.padEnd(26)} ${rule}`
  if (outcome === 'pass') return [head]
  if (outcome === 'skip') return [`${head} (skipped: ${evidence})`]
  return [
    head,
    `           source    ${source}`,
    `           evidence  ${evidence}`,
    `           risk      ${money}`,
  ]
}

const MARKS = { pass: '✓', fail: '✕', skip: '–' }

function points({ passed, failed, skipped }: Report['must']): string {
  return `${passed}/${passed + failed}${skipped > 0 ? ` (${skipped} skipped)` : ''}`
}

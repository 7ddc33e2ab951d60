import { type ConformCheck, skip, type Verdict } from './check'
import { CHECKS, type CheckId } from './checks'
import { firstCall } from './checks/replay'
import { type ConformOptions, checkOptions } from './options'
import type { ProfileName, Weight } from './profile'
import { PROFILES } from './profiles'
import { redactor } from './redact'
import { Target } from './target'
import { Trial, type TrialFacts } from './trial'
import { Wire } from './wire'

/** The verdict of one check, with the rule that it checks. */
export interface CheckResult extends Verdict {
  id: CheckId
  weight: Weight
  /** The section or page that demands the rule. */
  source: string
  rule: string
  /** The consequence of a failure for money. */
  money: string
}

interface Score {
  passed: number
  failed: number
  skipped: number
}

/** What was found: the verdict of each rule, and their counts. */
export interface Report {
  url: string
  profile: ProfileName
  requests: number
  must: Score
  should: Score
  results: CheckResult[]
}

/** Thrown when the API does not answer at all. */
export class Unreachable extends Error {}

/** 10 s for an answer: longer than a payment takes. */
export const TIMEOUT_MS = 10_000
/** 300 requests: a run of a sound API sends about 100. */
const REQUESTS_MAX = 300
/** 5 minutes: a run of a sound API takes seconds. */
const TOTAL_MS = 300_000

/**
 * Checks as a black box whether an HTTP API executes a request once, however often it is sent: sends real requests, and judges the
 * answers by the rules of a profile.
 * @throws Unreachable when the first request gets no answer
 * @throws TypeError for an option that is wrong, with what to write instead
 */
export async function conform(options: ConformOptions): Promise<Report> {
  checkOptions(options)
  const { trial, redact } = prepare(options)
  const first = (await trial.observe(firstCall)).answer
  if (first.kind === 'none') throw new Unreachable(redact(first.reason))
  const results: CheckResult[] = []
  for (const check of CHECKS) {
    const demand = trial.profile.asks[check.id]
    if (!demand) continue
    const verdict = await judgeAfter(check, results, trial)
    const [weight, source] = demand
    const { id, rule, money } = check
    results.push({
      id,
      weight,
      source,
      rule,
      money,
      outcome: verdict.outcome,
      evidence: redact(verdict.evidence),
    })
  }
  const { origin, pathname } = new URL(options.url)
  return {
    url: origin + pathname,
    profile: options.profile,
    requests: trial.wire.sent,
    must: score(results, 'MUST'),
    should: score(results, 'SHOULD'),
    results,
  }
}

function prepare(options: ConformOptions) {
  const profile = PROFILES[options.profile]
  const headers = { 'content-type': 'application/json', ...lowerCased(options.headers) }
  const target = new Target({
    url: new URL(options.url),
    headers,
    body: options.body,
    spelling: profile.spelling,
  })
  const wire = new Wire({
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    requestsMax: REQUESTS_MAX,
    totalMs: TOTAL_MS,
  })
  return {
    trial: new Trial(profile, target, wire, factsOf(options, headers)),
    redact: redactor([headers, options.secondHeaders ?? {}]),
  }
}

function factsOf(
  { otherBody, secondHeaders, expiredKey, listUrl }: ConformOptions,
  headers: Record<string, string>,
): TrialFacts {
  return {
    ...(otherBody === undefined ? {} : { otherBody }),
    ...(secondHeaders === undefined ? {} : { secondHeaders: lowerCased(secondHeaders) }),
    ...(expiredKey === undefined ? {} : { expiredKey }),
    ...(listUrl === undefined ? {} : { listUrl: new URL(listUrl) }),
    ...(headers.origin === undefined ? {} : { origin: headers.origin }),
  }
}

/** Skips a check that builds on one that did not pass, since its verdict would mean nothing. One that the profile leaves out counts as passed. */
async function judgeAfter(
  check: ConformCheck,
  results: readonly CheckResult[],
  trial: Trial,
): Promise<Verdict> {
  const missed = check.after.filter((id) =>
    results.some((result) => result.id === id && result.outcome !== 'pass'),
  )
  return missed.length > 0 ? skip(`${missed.join(', ')} did not pass`) : check.judge(trial)
}

function score(results: readonly CheckResult[], weight: Weight): Score {
  const count = (outcome: Verdict['outcome']) =>
    results.filter((result) => result.weight === weight && result.outcome === outcome).length
  return { passed: count('pass'), failed: count('fail'), skipped: count('skip') }
}

function lowerCased(headers: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

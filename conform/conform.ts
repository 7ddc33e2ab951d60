import { type ConformCheck, skip, type Verdict } from './check'
import { CHECKS, type CheckId } from './checks'
import { firstCall } from './checks/replay'
import { PROFILES, type ProfileName, type Weight } from './profiles'
import { redactor } from './redact'
import { Target } from './target'
import { type Given, Trial } from './trial'
import { Wire } from './wire'

export interface ConformOptions {
  url: string | URL
  profile: ProfileName
  headers?: Record<string, string>
  /** May hold {{uuid}} and {{n}}: filled anew for each new effect. */
  body: string
  otherBody?: string
  secondHeaders?: Record<string, string>
  expiredKey?: string
  listUrl?: string | URL
  timeoutMs?: number
}

export interface CheckResult extends Verdict {
  id: CheckId
  weight: Weight
  /** Where it is demanded. */
  source: string
  rule: string
  /** What a failure means for money. */
  money: string
}

interface Score {
  passed: number
  failed: number
  skipped: number
}

export interface Report {
  url: string
  profile: ProfileName
  requests: number
  must: Score
  should: Score
  results: CheckResult[]
}

/** The API does not answer at all. */
export class Unreachable extends Error {}

/** 10 s: longer than a payment takes. */
export const TIMEOUT_MS = 10_000
/** 300: a run that goes well takes about 100. */
const REQUESTS_MAX = 300
/** 5 minutes: a run that goes well takes seconds. */
const TOTAL_MS = 300_000

/**
 * Tells whether an HTTP API does once what it is asked for once, as a black box: it sends requests, each a real one, and judges the
 * answers by a profile.
 * @throws Unreachable
 */
export async function conform(options: ConformOptions): Promise<Report> {
  const { trial, redact } = prepare(options)
  const first = (await trial.observe(firstCall)).answer
  if (first.kind === 'none') throw new Unreachable(redact(first.reason))
  const results: CheckResult[] = []
  for (const check of CHECKS) {
    const asked = trial.profile.asks[check.id]
    if (!asked) continue
    const verdict = await judgeAfter(check, results, trial)
    const [weight, source] = asked
    const { id, rule: says, money } = check
    results.push({
      id,
      weight,
      source,
      rule: says,
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
    trial: new Trial(profile, target, wire, givenOf(options, headers)),
    redact: redactor([headers, options.secondHeaders ?? {}]),
  }
}

function givenOf(
  { otherBody, secondHeaders, expiredKey, listUrl }: ConformOptions,
  headers: Record<string, string>,
): Given {
  return {
    ...(otherBody === undefined ? {} : { otherBody }),
    ...(secondHeaders === undefined ? {} : { secondHeaders: lowerCased(secondHeaders) }),
    ...(expiredKey === undefined ? {} : { expiredKey }),
    ...(listUrl === undefined ? {} : { listUrl: new URL(listUrl) }),
    ...(headers.origin === undefined ? {} : { origin: headers.origin }),
  }
}

/** A check that builds on one that did not pass would say nothing. One that the profile leaves out is not missed. */
async function judgeAfter(
  check: ConformCheck,
  results: readonly CheckResult[],
  trial: Trial,
): Promise<Verdict> {
  const missed = check.after.filter((id) =>
    results.some((result) => result.id === id && result.outcome !== 'pass'),
  )
  return missed.length > 0 ? skip(`says nothing without ${missed.join(', ')}`) : check.judge(trial)
}

function score(results: readonly CheckResult[], weight: Weight): Score {
  const count = (outcome: Verdict['outcome']) =>
    results.filter((result) => result.weight === weight && result.outcome === outcome).length
  return { passed: count('pass'), failed: count('fail'), skipped: count('skip') }
}

function lowerCased(headers: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

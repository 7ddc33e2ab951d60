import { bodyOf, type Exchange, headerOf, objectOf, type ReceivedAnswer, show } from '../answer'
import { type ConformCheck, fail, judged, pass, skip } from '../check'
import type { Trial } from '../trial'
import { absent, malformed } from './keys'
import { reuse } from './payload'
import { firstCall } from './replay'

/** Checks on refusals: what they say to programs and people, and what a browser may read of them. */

/** Every refusal that was seen, with the name of its cause. */
async function refusals(trial: Trial): Promise<{ name: string; answer: ReceivedAnswer }[]> {
  const { asks } = trial.profile
  const seen: { name: string; answer: Exchange | undefined }[] = [
    ...(asks['key-absent'] ? [await trial.observe(absent)] : []),
    ...(asks['key-malformed'] ? await trial.observe(malformed) : []),
    { name: 'other payload', answer: (await trial.observe(reuse))?.reused },
  ]
  return seen.flatMap(({ name, answer }) =>
    answer?.kind === 'answer' && answer.status >= 400 ? [{ name, answer }] : [],
  )
}

async function judgeEach(trial: Trial, wrongWith: (answer: ReceivedAnswer) => string | null) {
  const seen = await trial.observe(refusals)
  if (seen.length === 0) return fail('nothing was refused')
  const wrong = seen.flatMap(({ name, answer }) => {
    const reason = wrongWith(answer)
    return reason === null ? [] : [`${name}: ${reason}`]
  })
  return wrong.length === 0
    ? pass(`${seen.length} refusals`)
    : fail(`${wrong.length} of ${seen.length}; ${wrong[0]}`)
}

export const errorChecks = [
  {
    id: 'error-form',
    rule: 'a refusal is application/problem+json with type, title and status',
    money: 'A client cannot tell "charged already" from "not charged", and guesses.',
    after: ['first-call'],
    judge: (trial) => judgeEach(trial, notAProblem),
  },
  {
    id: 'error-linked',
    rule: 'a refusal links to a page that explains it',
    money: 'A developer who integrates has to guess what to do, and the usual guess is a new key.',
    after: ['first-call'],
    judge: (trial) =>
      judgeEach(trial, (answer) =>
        isLinked(answer, trial) ? null : `no Link with rel="describedby": ${show(answer)}`,
      ),
  },
  {
    id: 'error-advice',
    rule: 'a refusal states whether to retry, and whether a new key is safe',
    money: 'A client retries with a new key a payment that may have been charged already.',
    after: ['first-call'],
    judge: (trial) => judgeEach(trial, adviceMissing),
  },
  {
    id: 'error-typed',
    rule: 'a refusal is JSON with error.type',
    money: 'A client cannot tell a reused key from a declined card.',
    after: ['first-call'],
    judge: (trial) =>
      judgeEach(trial, (answer) => {
        const error = objectOf(answer.body)?.error as { type?: unknown } | null | undefined
        return typeof error?.type === 'string' ? null : `no error.type: ${show(answer)}`
      }),
  },
  {
    id: 'headers-exposed',
    rule: "a browser's script may read the headers that report a replay",
    money: 'A shop that calls from the browser cannot see that a payment was a replay, nor how long to wait.',
    after: ['first-call'],
    async judge(trial) {
      const { intent } = await trial.observe(firstCall)
      const answer = await trial.insist(intent, {
        headers: { origin: trial.given.origin ?? 'https://conform.example' },
      })
      if (headerOf(answer, 'access-control-allow-origin') === null)
        return skip("this origin may not call the API: give one that may with --header 'Origin: …'")
      const exposed = (headerOf(answer, 'access-control-expose-headers') ?? '').toLowerCase().split(/\s*,\s*/)
      const hidden = EXPOSED.filter((name) => !exposed.includes(name.toLowerCase()) && !exposed.includes('*'))
      return judged(
        hidden.length === 0,
        hidden.length === 0 ? `${EXPOSED.length} headers are exposed` : `hidden: ${hidden.join(', ')}`,
      )
    },
  },
] as const satisfies readonly ConformCheck[]

const EXPOSED = [
  'Idempotent-Replayed',
  'Idempotency-First-Executed',
  'Idempotency-Key-Expires',
  'Location',
  'Link',
  'Retry-After',
]

/** Problem details for HTTP APIs, RFC 9457. @returns the fault; null for a sound problem document */
function notAProblem(answer: ReceivedAnswer): string | null {
  const type = headerOf(answer, 'content-type') ?? 'no content type'
  if (!type.startsWith('application/problem+json')) return type
  const body = bodyOf(answer)
  const whole =
    typeof body?.type === 'string' && typeof body.title === 'string' && body.status === answer.status
  return whole ? null : `type, title or status is missing: ${show(answer)}`
}

/** A Link header; in all profiles but our own also a URL in the body, which the draft allows. */
function isLinked(answer: ReceivedAnswer, { profile }: Trial): boolean {
  if (/;\s*rel="?describedby"?/i.test(headerOf(answer, 'link') ?? '')) return true
  return !profile.asks['error-advice'] && /"(https?:\/\/|\/)[^"]+"/.test(answer.body)
}

function adviceMissing(answer: ReceivedAnswer): string | null {
  const body = bodyOf(answer)
  const known =
    ['same-key', 'poll', 'after-fixing', 'no'].includes(String(body?.retry)) &&
    typeof body?.safeNewKey === 'boolean'
  return known ? null : `no retry or safeNewKey: ${show(answer)}`
}

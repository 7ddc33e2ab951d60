import { type Answer, bodyOf, type Exchange, headerOf, objectOf, show } from '../answer'
import { type Check, fail, judged, pass, skip } from '../verdict'
import type { World } from '../world'
import { absent, malformed } from './keys'
import { reuse } from './payload'
import { firstCall } from './replay'

/** What a refusal tells programs and people, and what a browser may read of it. */

/** All that was refused, by name. */
async function refusals(world: World): Promise<{ name: string; answer: Answer }[]> {
  const { asks } = world.profile
  const seen: { name: string; answer: Exchange | undefined }[] = [
    ...(asks['key-absent'] ? [await world.see(absent)] : []),
    ...(asks['key-malformed'] ? await world.see(malformed) : []),
    { name: 'other payload', answer: (await world.see(reuse))?.reused },
  ]
  return seen.flatMap(({ name, answer }) =>
    answer?.kind === 'answer' && answer.status >= 400 ? [{ name, answer }] : [],
  )
}

async function judgeEach(world: World, wrongWith: (answer: Answer) => string | null) {
  const seen = await world.see(refusals)
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
    says: 'a refusal is application/problem+json with type, title and status',
    money: 'A client cannot tell "charged already" from "not charged", and guesses.',
    after: ['first-call'],
    judge: (world) => judgeEach(world, notAProblem),
  },
  {
    id: 'error-linked',
    says: 'a refusal points at a page that explains it',
    money: 'Whoever integrates guesses what to do, and the usual guess is a new key.',
    after: ['first-call'],
    judge: (world) =>
      judgeEach(world, (answer) =>
        isLinked(answer, world) ? null : `no Link with rel="describedby": ${show(answer)}`,
      ),
  },
  {
    id: 'error-advice',
    says: 'a refusal says whether to retry, and whether a new key is safe',
    money: 'A client retries with a new key what may have been charged already.',
    after: ['first-call'],
    judge: (world) => judgeEach(world, adviceMissing),
  },
  {
    id: 'error-typed',
    says: 'a refusal is JSON with error.type',
    money: 'A client cannot tell a reused key from a declined card.',
    after: ['first-call'],
    judge: (world) =>
      judgeEach(world, (answer) => {
        const error = objectOf(answer.body)?.error as { type?: unknown } | null | undefined
        return typeof error?.type === 'string' ? null : `no error.type: ${show(answer)}`
      }),
  },
  {
    id: 'headers-exposed',
    says: "a browser's script may read the headers that tell of a replay",
    money: 'A shop that calls from the browser cannot see that a payment was a replay, nor how long to wait.',
    after: ['first-call'],
    async judge(world) {
      const { intent } = await world.see(firstCall)
      const answer = await world.insist(intent, {
        headers: { origin: world.given.origin ?? 'https://conform.example' },
      })
      if (headerOf(answer, 'access-control-allow-origin') === null)
        return skip('this origin may not call: give one that may with --header Origin')
      const exposed = (headerOf(answer, 'access-control-expose-headers') ?? '').toLowerCase().split(/\s*,\s*/)
      const hidden = EXPOSED.filter((name) => !exposed.includes(name.toLowerCase()) && !exposed.includes('*'))
      return judged(
        hidden.length === 0,
        hidden.length === 0 ? `${EXPOSED.length} headers are exposed` : `hidden: ${hidden.join(', ')}`,
      )
    },
  },
] as const satisfies readonly Check[]

const EXPOSED = [
  'Idempotent-Replayed',
  'Idempotency-First-Executed',
  'Idempotency-Key-Expires',
  'Location',
  'Link',
  'Retry-After',
]

/** RFC 9457. */
function notAProblem(answer: Answer): string | null {
  const type = headerOf(answer, 'content-type') ?? 'no content type'
  if (!type.startsWith('application/problem+json')) return type
  const body = bodyOf(answer)
  const whole =
    typeof body?.type === 'string' && typeof body.title === 'string' && body.status === answer.status
  return whole ? null : `type, title or status is missing: ${show(answer)}`
}

/** A Link; or, but for our own profile, an address in the body, which the draft allows as well. */
function isLinked(answer: Answer, { profile }: World): boolean {
  if (/;\s*rel="?describedby"?/i.test(headerOf(answer, 'link') ?? '')) return true
  return !profile.asks['error-advice'] && /"(https?:\/\/|\/)[^"]+"/.test(answer.body)
}

function adviceMissing(answer: Answer): string | null {
  const body = bodyOf(answer)
  const known =
    ['same-key', 'poll', 'after-fixing', 'no'].includes(String(body?.retry)) &&
    typeof body?.safeNewKey === 'boolean'
  return known ? null : `no retry or safeNewKey: ${show(answer)}`
}

import { type Exchange, effectOf, effectsOf, isMarkedReplay, show, statusOf, succeeded } from '../answer'
import { type ConformCheck, fail, judged, pass, skip } from '../check'
import { countListed } from '../listed'
import { type Intent, spell } from '../target'
import type { Trial } from '../trial'
import { MALFORMED } from './malformed'
import { firstCall } from './replay'

/** Checks on the key itself: its spelling and length, and requests with a malformed, missing or expired one. */

/** A request that should be refused. */
interface RefusedRequest {
  name: string
  answer: Exchange
  /** The effects that it had nevertheless, where there is a list. */
  listed: number | null
}

export async function malformed(trial: Trial): Promise<RefusedRequest[]> {
  const seen: RefusedRequest[] = []
  for (const { name, lines } of MALFORMED.filter(({ kind }) => trial.profile.malformed.includes(kind))) {
    const intent = trial.target.newIntent()
    const answer = await trial.insist(intent, { keyLines: lines(intent.key) })
    seen.push({ name, answer, listed: await countListed(trial, intent) })
  }
  return seen
}

export async function absent(trial: Trial): Promise<RefusedRequest> {
  const intent = trial.target.newIntent()
  const answer = await trial.insist(intent, { keyLines: [] })
  return { name: 'no key', answer, listed: await countListed(trial, intent) }
}

async function otherSpelling(trial: Trial): Promise<Exchange> {
  const { intent } = await trial.observe(firstCall)
  const spelling = trial.profile.spelling === 'quoted' ? 'bare' : 'quoted'
  return trial.insist(intent, { keyLines: [spell(intent.key, spelling)] })
}

/** Sends twice with one key. */
async function twice(trial: Trial, intent: Intent): Promise<[Exchange, Exchange]> {
  return [await trial.insist(intent), await trial.insist(intent)]
}

export const keyChecks = [
  {
    id: 'key-spellings',
    rule: 'a key with and without quotes is one key, or is refused',
    money: 'A retry through another library, which spells the same key differently, charges again.',
    after: ['two-keys', 'replay-effect'],
    async judge(trial) {
      const { answer } = await trial.observe(firstCall)
      const again = await trial.observe(otherSpelling)
      const same = succeeded(answer) && succeeded(again) && effectOf(answer) === effectOf(again)
      if (same || trial.profile.bothSpellings)
        return judged(same, `first ${show(answer)}; spelled differently ${show(again)}`)
      return judged(isRefused(again), `spelled differently: ${show(again)}`)
    },
  },
  {
    id: 'key-malformed',
    rule: 'a malformed key is refused with 400, and has no effect',
    money: 'The client believes that it is protected, and its retries charge again.',
    after: ['first-call'],
    async judge(trial) {
      const seen = await trial.observe(malformed)
      const wrong = seen.filter((one) => !isRefusedFirst(one))
      return judged(
        wrong.length === 0,
        wrong.length === 0 ? `${seen.length} forms, each 400` : wrong.map(summaryOf).join('; '),
      )
    },
  },
  {
    id: 'key-long',
    rule: 'a key of 255 characters is accepted, and its last character counts',
    money: 'Two payments whose long keys begin alike are treated as one: the second is never made.',
    after: ['two-keys', 'replay-effect'],
    async judge(trial) {
      const intent = trial.target.newIntent()
      const [one, other] = ['a', 'b'].map((end) => ({
        ...intent,
        key: intent.key.padEnd(254, 'x') + end,
      })) as [Intent, Intent]
      const [first, again] = await twice(trial, one)
      const second = await trial.insist(other)
      if (effectsOf([first, again]).length !== 1 || !succeeded(again))
        return fail(`twice: ${show(first)}; ${show(again)}`)
      return judged(
        succeeded(second) && effectsOf([first, second]).length === 2,
        `another last character: ${show(second)}`,
      )
    },
  },
  {
    id: 'key-any-text',
    rule: 'a key may hold spaces, quotes and backslashes',
    money: 'A client with such keys cannot pay at all, or its keys are cut short and collide.',
    after: ['two-keys', 'replay-effect'],
    async judge(trial) {
      const intent = trial.target.newIntent()
      const [one, other] = ['a', 'b'].map((end) => ({ ...intent, key: `${intent.key} "\\" ${end}` })) as [
        Intent,
        Intent,
      ]
      const [first, again] = await twice(trial, one)
      const second = await trial.insist(other)
      if (effectsOf([first, again]).length !== 1 || !succeeded(again))
        return fail(`twice: ${show(first)}; ${show(again)}`)
      return judged(
        succeeded(second) && effectsOf([first, second]).length === 2,
        `another last word: ${show(second)}`,
      )
    },
  },
  {
    id: 'key-absent',
    rule: 'a request without a key is refused with 400',
    money: 'A client that forgets the key charges twice at its first lost connection.',
    after: ['first-call'],
    async judge(trial) {
      const seen = await trial.observe(absent)
      return judged(isRefusedFirst(seen), summaryOf(seen))
    },
  },
  {
    id: 'key-expired',
    rule: 'a key whose answer has expired is never executed again',
    money: 'A late retry, from a queue or a backup, charges once more.',
    after: ['first-call'],
    async judge(trial) {
      const { expiredKey } = trial.given
      if (expiredKey === undefined) return skip('give --expired-key')
      const answer = await trial.insist({ ...trial.target.newIntent(), key: expiredKey })
      return isRefused(answer) || isMarkedReplay(answer) ? pass(show(answer)) : fail(show(answer))
    },
  },
] as const satisfies readonly ConformCheck[]

/** Refused before anything was executed. */
const isRefusedFirst = ({ answer, listed }: RefusedRequest) => statusOf(answer) === 400 && !listed
const summaryOf = ({ name, answer, listed }: RefusedRequest) =>
  `${name}: ${show(answer)}${listed ? `, with ${listed} in the list` : ''}`

function isRefused(exchange: Exchange): boolean {
  return exchange.kind === 'answer' && exchange.status >= 400 && exchange.status < 500
}

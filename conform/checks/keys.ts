import { type Exchange, effectOf, effectsOf, isReplayTold, show, statusOf, succeeded } from '../answer'
import { countListed } from '../listed'
import { type Intent, spell } from '../target'
import { type Check, fail, judged, pass, skip } from '../verdict'
import type { World } from '../world'
import { MALFORMED } from './malformed'
import { firstCall } from './replay'

/** How a key may be written, how long it may be, and what happens without one, or with one that is too old. */

interface Refused {
  name: string
  answer: Exchange
  /** Effects that it had all the same. */
  listed: number | null
}

export async function malformed(world: World): Promise<Refused[]> {
  const seen: Refused[] = []
  for (const { name, lines } of MALFORMED.filter(({ kind }) => world.profile.malformed.includes(kind))) {
    const intent = world.target.intend()
    const answer = await world.insist(intent, { keyLines: lines(intent.key) })
    seen.push({ name, answer, listed: await countListed(world, intent) })
  }
  return seen
}

export async function absent(world: World): Promise<Refused> {
  const intent = world.target.intend()
  const answer = await world.insist(intent, { keyLines: [] })
  return { name: 'no key', answer, listed: await countListed(world, intent) }
}

async function otherSpelling(world: World): Promise<Exchange> {
  const { intent } = await world.see(firstCall)
  const spelling = world.profile.spelling === 'quoted' ? 'bare' : 'quoted'
  return world.insist(intent, { keyLines: [spell(intent.key, spelling)] })
}

/** Twice with one key: two answers. */
async function twice(world: World, intent: Intent): Promise<[Exchange, Exchange]> {
  return [await world.insist(intent), await world.insist(intent)]
}

export const keyChecks = [
  {
    id: 'key-spellings',
    says: 'a key with and without quotes is one key, or is refused',
    money: 'A retry through another library, which writes the same key otherwise, charges again.',
    after: ['two-keys', 'replay-effect'],
    async judge(world) {
      const { answer } = await world.see(firstCall)
      const again = await world.see(otherSpelling)
      const same = succeeded(answer) && succeeded(again) && effectOf(answer) === effectOf(again)
      if (same || world.profile.bothSpellings)
        return judged(same, `first ${show(answer)}; written otherwise ${show(again)}`)
      return judged(isRefused(again), `written otherwise: ${show(again)}`)
    },
  },
  {
    id: 'key-malformed',
    says: 'a malformed key is refused with 400, and has no effect',
    money: 'The client believes that it is protected, and is not: its retries charge again.',
    after: ['first-call'],
    async judge(world) {
      const seen = await world.see(malformed)
      const wrong = seen.filter((one) => !isRefusedFirst(one))
      return judged(
        wrong.length === 0,
        wrong.length === 0 ? `${seen.length} forms, each 400` : wrong.map(tell).join('; '),
      )
    },
  },
  {
    id: 'key-long',
    says: 'a key of 255 characters is taken, and its last character counts',
    money: 'Two payments whose long keys begin alike are taken for one: the second is never made.',
    after: ['two-keys', 'replay-effect'],
    async judge(world) {
      const intent = world.target.intend()
      const [one, other] = ['a', 'b'].map((end) => ({
        ...intent,
        key: intent.key.padEnd(254, 'x') + end,
      })) as [Intent, Intent]
      const [first, again] = await twice(world, one)
      const second = await world.insist(other)
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
    says: 'a key may hold spaces, quotes and backslashes',
    money: 'A client with such keys cannot pay at all, or its keys are cut short and run into each other.',
    after: ['two-keys', 'replay-effect'],
    async judge(world) {
      const intent = world.target.intend()
      const [one, other] = ['a', 'b'].map((end) => ({ ...intent, key: `${intent.key} "\\" ${end}` })) as [
        Intent,
        Intent,
      ]
      const [first, again] = await twice(world, one)
      const second = await world.insist(other)
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
    says: 'a request without a key is refused with 400',
    money: 'A client that forgets the key charges twice at its first lost connection.',
    after: ['first-call'],
    async judge(world) {
      const seen = await world.see(absent)
      return judged(isRefusedFirst(seen), tell(seen))
    },
  },
  {
    id: 'key-expired',
    says: 'a key whose answer has expired is never executed again',
    money: 'A late retry, from a queue or a backup, charges once more.',
    after: ['first-call'],
    async judge(world) {
      const { expiredKey } = world.given
      if (expiredKey === undefined) return skip('give --expired-key')
      const answer = await world.insist({ ...world.target.intend(), key: expiredKey })
      return isRefused(answer) || isReplayTold(answer) ? pass(show(answer)) : fail(show(answer))
    },
  },
] as const satisfies readonly Check[]

/** Refused, and before anything was done. */
const isRefusedFirst = ({ answer, listed }: Refused) => statusOf(answer) === 400 && !listed
const tell = ({ name, answer, listed }: Refused) =>
  `${name}: ${show(answer)}${listed ? `, with ${listed} in the list` : ''}`

function isRefused(exchange: Exchange): boolean {
  return exchange.kind === 'answer' && exchange.status >= 400 && exchange.status < 500
}

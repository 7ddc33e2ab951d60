import { type Exchange, effectsOf, show, succeeded } from '../answer'
import { countListed } from '../listed'
import { type Check, fail, judged, pass } from '../verdict'
import type { World } from '../world'
import { firstCall } from './replay'

/** The client hangs up while its request runs, and sends it again. */

/** Parts of the time that the first call took: at once, and while the server is busy. */
const MOMENTS = [0, 0.25, 0.5, 0.75]
/** 2 s: nobody waits longer for a check. */
const HANG_UP_MAX_MS = 2_000

interface Left {
  afterMs: number
  /** Of the request that was left, where it was quicker than we. */
  quick: Exchange
  retried: Exchange
  /** Once more, later: an effect that ended after the retry shows here. */
  again: Exchange
  listed: number | null
}

async function lefts(world: World): Promise<Left[]> {
  const { tookMs } = await world.see(firstCall)
  const played: Left[] = []
  for (const moment of MOMENTS) {
    const left = await leave(world, Math.round(Math.min(HANG_UP_MAX_MS, moment * tookMs)))
    played.push(left)
    if (!succeeded(left.again)) break
  }
  return played
}

async function leave(world: World, afterMs: number): Promise<Left> {
  const intent = world.target.intend()
  const quick = await world.wire.sendAndHangUp(world.target.ask(intent), afterMs)
  const retried = await world.insist(intent)
  // One that is stuck was asked for long enough.
  const again = succeeded(retried) ? await world.insist(intent) : retried
  return { afterMs, quick, retried, again, listed: await countListed(world, intent) }
}

export const hangUpChecks = [
  {
    id: 'hang-up-effect',
    says: 'a client that hangs up and sends again causes one effect',
    money: 'Every lost connection is a second charge.',
    after: ['two-keys'],
    async judge(world) {
      const played = await world.see(lefts)
      const doubled = played.find(
        ({ quick, retried, again, listed }) =>
          effectsOf([quick, retried, again]).length > 1 || (listed ?? 0) > 1,
      )
      if (!doubled) return pass(`${played.length} times: one effect${seenBy(played)}`)
      const effects = effectsOf([doubled.quick, doubled.retried, doubled.again])
      return fail(
        `hung up after ${doubled.afterMs} ms: ${Math.max(effects.length, doubled.listed ?? 0)} effects (${effects.join(', ')})`,
      )
    },
  },
  {
    id: 'hang-up-answered',
    says: 'a client that hangs up and sends again gets an answer',
    money:
      'The payment is stuck: the client cannot know whether it was charged, and a new key may charge twice.',
    after: ['two-keys'],
    async judge(world) {
      const stuck = (await world.see(lefts)).find(({ again }) => !succeeded(again))
      return judged(
        !stuck,
        stuck
          ? `hung up after ${stuck.afterMs} ms, then ${show(stuck.again)}`
          : 'each retry ended with an answer',
      )
    },
  },
] as const satisfies readonly Check[]

function seenBy(played: readonly Left[]): string {
  return played.every(({ listed }) => listed === null)
    ? ' among the answers (give --list to count all of them)'
    : ', counted in the list'
}

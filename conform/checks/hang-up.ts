import { type Exchange, effectsOf, show, succeeded } from '../answer'
import { type ConformCheck, fail, judged, pass } from '../check'
import { countListed } from '../listed'
import type { Trial } from '../trial'
import { firstCall } from './replay'

/** Checks on a client that hangs up while its request runs, and retries. */

/** Moments to hang up, as parts of the time that the first call took: at once, and while the server works. */
const MOMENTS = [0, 0.25, 0.5, 0.75]
/** 2 s: a longer wait would make the run slow without finding more. */
const HANG_UP_MAX_MS = 2_000

/** One request that was abandoned and retried. */
interface HungUpRequest {
  afterMs: number
  /** The answer of the abandoned request, if it came before we hung up. */
  quick: Exchange
  retried: Exchange
  /** A second retry: an effect that ended after the first one shows here. */
  again: Exchange
  listed: number | null
}

async function hangUps(trial: Trial): Promise<HungUpRequest[]> {
  const { tookMs } = await trial.observe(firstCall)
  const played: HungUpRequest[] = []
  for (const moment of MOMENTS) {
    const observed = await hangUp(trial, Math.round(Math.min(HANG_UP_MAX_MS, moment * tookMs)))
    played.push(observed)
    if (!succeeded(observed.again)) break
  }
  return played
}

async function hangUp(trial: Trial, afterMs: number): Promise<HungUpRequest> {
  const intent = trial.target.newIntent()
  const quick = await trial.wire.sendAndHangUp(trial.target.requestFor(intent), afterMs)
  const retried = await trial.insist(intent)
  // A stuck request has been retried for long enough.
  const again = succeeded(retried) ? await trial.insist(intent) : retried
  return { afterMs, quick, retried, again, listed: await countListed(trial, intent) }
}

export const hangUpChecks = [
  {
    id: 'hang-up-effect',
    rule: 'a client that hangs up and retries causes one effect',
    money: 'Every lost connection is a second charge.',
    after: ['two-keys'],
    async judge(trial) {
      const played = await trial.observe(hangUps)
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
    rule: 'a client that hangs up and retries gets an answer',
    money:
      'The payment is stuck: the client cannot know whether it was charged, and a new key may charge twice.',
    after: ['two-keys'],
    async judge(trial) {
      const stuck = (await trial.observe(hangUps)).find(({ again }) => !succeeded(again))
      return judged(
        !stuck,
        stuck
          ? `hung up after ${stuck.afterMs} ms, then ${show(stuck.again)}`
          : 'each retry ended with an answer',
      )
    },
  },
] as const satisfies readonly ConformCheck[]

function seenBy(played: readonly HungUpRequest[]): string {
  return played.every(({ listed }) => listed === null)
    ? ' among the answers (give --list to count all of them)'
    : ', counted in the list'
}

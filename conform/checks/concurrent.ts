import {
  type Exchange,
  effectOf,
  effectsOf,
  headerOf,
  type ReceivedAnswer,
  sameAnswer,
  show,
  succeeded,
} from '../answer'
import { type ConformCheck, fail, judged, pass } from '../check'
import { countListed } from '../listed'
import type { Intent } from '../target'
import type { Trial } from '../trial'

/** Checks on the same request sent several times at once: six rounds of two, and one of ten. */

const ROUNDS = [2, 2, 2, 2, 2, 2, 10]

interface Round {
  intent: Intent
  answers: Exchange[]
  /** The answer of a client that then retries until it is final. */
  settled: Exchange
  listed: number | null
}

async function rounds(trial: Trial): Promise<Round[]> {
  const played: Round[] = []
  for (const size of ROUNDS) {
    const round = await playRound(trial, size)
    played.push(round)
    // One stuck key is proof enough, and each costs many seconds.
    if (!succeeded(round.settled)) break
  }
  return played
}

async function playRound(trial: Trial, size: number): Promise<Round> {
  const intent = trial.target.newIntent()
  const answers = await trial.wire.sendTogether(
    Array.from({ length: size }, () => trial.target.requestFor(intent)),
  )
  const settled = await trial.insist(intent)
  return { intent, answers, settled, listed: await countListed(trial, intent) }
}

export const concurrentChecks = [
  {
    id: 'concurrent-effect',
    rule: 'the same request several times at once has one effect',
    money: 'A double click, or a proxy that sends again, charges twice.',
    after: ['two-keys'],
    async judge(trial) {
      const played = await trial.observe(rounds)
      const doubled = played.filter((round) => countOf(round) > 1)
      const worst = doubled.toSorted((a, b) => countOf(b) - countOf(a))[0]
      const requests = `${played.length} rounds, ${played.reduce((sum, { answers }) => sum + answers.length, 0)} requests`
      if (!worst) return pass(`${requests}: at most one effect in each`)
      const effects = effectsOf([...worst.answers, worst.settled])
      return fail(
        `${doubled.length} of ${played.length} rounds had more than one; ${worst.answers.length} at once had ${countOf(worst)}: ${effects.slice(0, 3).join(', ')}`,
      )
    },
  },
  {
    id: 'concurrent-losers',
    rule: 'of concurrent requests, those that are not executed are replayed, joined or answered 409',
    money: 'A client is answered with a failure while its card is being charged, and pays again elsewhere.',
    after: ['two-keys'],
    async judge(trial) {
      const answers = (await trial.observe(rounds)).flatMap((round) => round.answers)
      const wrong = answers.filter((answer) => !succeeded(answer) && !isBusy(answer, trial))
      const [one] = wrong
      return one ? fail(`${wrong.length} of ${answers.length}: ${show(one)}`) : pass(tally(answers))
    },
  },
  {
    id: 'concurrent-settled',
    rule: 'a retry after 409 gets the answer of the request that was executed',
    money: 'The client of a payment that went through never learns of it, or learns of another one.',
    after: ['two-keys', 'replay-effect'],
    async judge(trial) {
      const wrong = (await trial.observe(rounds)).flatMap((round) => unsettled(round) ?? [])
      return judged(
        wrong.length === 0,
        wrong[0] ?? 'each round ended with the answer of the request that was executed',
      )
    },
  },
] as const satisfies readonly ConformCheck[]

/** The number of effects of one key: by its answers, and by the list where there is one. */
const countOf = ({ answers, settled, listed }: Round) =>
  Math.max(effectsOf([...answers, settled]).length, listed ?? 0)

/** Accepts 409, with Retry-After where the profile demands it, and the answers of an overloaded server (429 or 503 with Retry-After). */
function isBusy(answer: Exchange, { profile }: Trial): boolean {
  if (answer.kind === 'none') return false
  const waits = headerOf(answer, 'retry-after') !== null
  if (answer.status === 409) return waits || !profile.asks['error-advice']
  return (answer.status === 429 || answer.status === 503) && waits
}

function unsettled({ answers, settled }: Round): string | null {
  if (!succeeded(settled)) return `after ${answers.length} at once: ${show(settled)}`
  const other = answers.filter(succeeded).find((answer) => differs(answer, settled))
  return other ? `at once ${show(other)}; afterwards ${show(settled)}` : null
}

/** The same effect is enough: the same bytes are checked elsewhere. */
const differs = (answer: ReceivedAnswer, settled: ReceivedAnswer) =>
  !sameAnswer(answer, settled) && effectOf(answer) !== effectOf(settled)

function tally(answers: readonly Exchange[]): string {
  const counts = new Map<string, number>()
  for (const answer of answers) {
    const name = answer.kind === 'answer' ? String(answer.status) : 'none'
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return [...counts].map(([name, count]) => `${count} × ${name}`).join(', ')
}

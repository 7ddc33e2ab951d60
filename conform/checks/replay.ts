import { effectOf, headerOf, isMarkedReplay, sameAnswer, show, statusOf, succeeded } from '../answer'
import { type ConformCheck, fail, judged, pass } from '../check'
import type { Trial } from '../trial'

/** Checks on a first request, one with another key, and a replay of the first. */

export async function firstCall(trial: Trial) {
  const intent = trial.target.newIntent()
  const began = performance.now()
  const answer = await trial.insist(intent)
  return { intent, answer, tookMs: performance.now() - began }
}

export async function otherCall(trial: Trial) {
  return trial.insist(trial.target.newIntent())
}

export async function replay(trial: Trial) {
  const { intent } = await trial.observe(firstCall)
  return trial.insist(intent)
}

async function both(trial: Trial) {
  return { first: (await trial.observe(firstCall)).answer, again: await trial.observe(replay) }
}

export const replayChecks = [
  {
    id: 'first-call',
    rule: 'a request with a fresh key succeeds',
    money: 'An API that takes no payment cannot be judged.',
    after: [],
    async judge(trial) {
      const { answer } = await trial.observe(firstCall)
      return judged(succeeded(answer), show(answer))
    },
  },
  {
    id: 'two-keys',
    rule: 'two keys have two effects, with answers that differ',
    money: 'A second, intended payment is never made, or two charges look like one to every client.',
    after: ['first-call'],
    async judge(trial) {
      const { answer } = await trial.observe(firstCall)
      const other = await trial.observe(otherCall)
      if (!succeeded(answer) || !succeeded(other))
        return fail(
          `with another key: ${show(other)}; the body may need {{uuid}} or {{n}}, if it succeeds only once`,
        )
      const [one, two] = [effectOf(answer), effectOf(other)]
      return judged(one !== two, one === two ? `both answers report ${one}` : `${one}, ${two}`)
    },
  },
  {
    id: 'replay-effect',
    rule: 'the same request again reports the same effect',
    money: 'A retry after a lost answer charges a second time.',
    after: ['first-call'],
    async judge(trial) {
      const { first, again } = await both(trial)
      const same = succeeded(first) && succeeded(again) && effectOf(first) === effectOf(again)
      return judged(same, `first ${show(first)}; again ${show(again)}`)
    },
  },
  {
    id: 'replay-bytes',
    rule: 'a replay is the first answer, byte for byte',
    money: 'A client that lost the first answer records other facts than one that got it.',
    after: ['replay-effect'],
    async judge(trial) {
      const { first, again } = await both(trial)
      return sameAnswer(first, again)
        ? pass(`status ${statusOf(again)} and body are equal`)
        : fail(`first ${show(first)}; again ${show(again)}`)
    },
  },
  {
    id: 'replay-cookie',
    rule: 'a replay sets no cookie',
    money: 'A replay could hand over the login of the client that made the payment.',
    after: ['replay-effect'],
    async judge(trial) {
      const cookie = headerOf(await trial.observe(replay), 'set-cookie') !== null
      return judged(!cookie, cookie ? 'the replay has Set-Cookie' : 'no Set-Cookie')
    },
  },
  {
    id: 'replay-marked',
    rule: 'a replay carries Idempotent-Replayed: true, and the first answer does not',
    money: 'A client cannot tell a new payment from an earlier one, and may ship twice.',
    after: ['replay-effect'],
    async judge(trial) {
      const { first, again } = await both(trial)
      return judged(
        !isMarkedReplay(first) && isMarkedReplay(again),
        `first: ${orNone(headerOf(first, 'idempotent-replayed'))}; again: ${orNone(headerOf(again, 'idempotent-replayed'))}`,
      )
    },
  },
  {
    id: 'replay-headers',
    rule: 'a replay carries the first Location, the time of the first execution, and the expiry of the stored answer',
    money: 'A client does not know where its payment is, or until when it may retry with this key.',
    after: ['replay-effect'],
    async judge(trial) {
      const { first, again } = await both(trial)
      const wrong = [
        ...(headerOf(first, 'location') !== null &&
        headerOf(again, 'location') === headerOf(first, 'location')
          ? []
          : ['Location']),
        ...(isTime(headerOf(again, 'idempotency-first-executed')) ? [] : ['Idempotency-First-Executed']),
        ...([first, again].every((answer) => isTime(headerOf(answer, 'idempotency-key-expires')))
          ? []
          : ['Idempotency-Key-Expires']),
      ]
      return judged(
        wrong.length === 0,
        wrong.length === 0 ? 'all three are there' : `missing or wrong: ${wrong.join(', ')}`,
      )
    },
  },
] as const satisfies readonly ConformCheck[]

const orNone = (value: string | null) => (value === null ? 'no header' : value)

function isTime(value: string | null): boolean {
  return value !== null && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value))
}

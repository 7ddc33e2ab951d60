import { effectOf, headerOf, isMarkedReplay, sameAnswer, show, statusOf, succeeded } from '../answer'
import { type ConformCheck, fail, judged, pass } from '../check'
import type { Trial } from '../trial'

/** A first request, one with another key, and the first one again. */

export async function firstCall(trial: Trial) {
  const intent = trial.target.intend()
  const began = performance.now()
  const answer = await trial.insist(intent)
  return { intent, answer, tookMs: performance.now() - began }
}

export async function otherCall(trial: Trial) {
  return trial.insist(trial.target.intend())
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
    money: 'Nothing can be said about an API that takes no payment.',
    after: [],
    async judge(trial) {
      const { answer } = await trial.observe(firstCall)
      return judged(succeeded(answer), show(answer))
    },
  },
  {
    id: 'two-keys',
    rule: 'two keys are two effects, and their answers tell them apart',
    money: 'A second, wanted payment is swallowed; or two charges look like one, and no client can tell.',
    after: ['first-call'],
    async judge(trial) {
      const { answer } = await trial.observe(firstCall)
      const other = await trial.observe(otherCall)
      if (!succeeded(answer) || !succeeded(other))
        return fail(`with another key: ${show(other)}; a body may need {{uuid}} or {{n}} to be done again`)
      const [one, two] = [effectOf(answer), effectOf(other)]
      return judged(one !== two, one === two ? `both answers tell of ${one}` : `${one}, ${two}`)
    },
  },
  {
    id: 'replay-effect',
    rule: 'the same request again tells of the same effect',
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
    money: 'A client that lost the first answer books other facts than one that did not.',
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
    money: 'Whoever replays a payment could be given the session of the one who made it.',
    after: ['replay-effect'],
    async judge(trial) {
      const cookie = headerOf(await trial.observe(replay), 'set-cookie') !== null
      return judged(!cookie, cookie ? 'the replay has Set-Cookie' : 'no Set-Cookie')
    },
  },
  {
    id: 'replay-marked',
    rule: 'a replay says Idempotent-Replayed: true, and the first answer does not',
    money: 'A client cannot tell a payment that it made just now from one made before, and may ship twice.',
    after: ['replay-effect'],
    async judge(trial) {
      const { first, again } = await both(trial)
      return judged(
        !isMarkedReplay(first) && isMarkedReplay(again),
        `first: ${told(headerOf(first, 'idempotent-replayed'))}; again: ${told(headerOf(again, 'idempotent-replayed'))}`,
      )
    },
  },
  {
    id: 'replay-headers',
    rule: 'a replay has the first Location, when it was first executed, and until when it is kept',
    money: 'A client does not know where its payment is, or for how long it may still ask with this key.',
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

const told = (value: string | null) => (value === null ? 'no header' : value)

function isTime(value: string | null): boolean {
  return value !== null && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value))
}

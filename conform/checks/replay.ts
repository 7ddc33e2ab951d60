import { effectOf, headerOf, isReplayTold, sameAnswer, show, statusOf, succeeded } from '../answer'
import { type Check, fail, judged, pass } from '../verdict'
import type { World } from '../world'

/** A first request, one with another key, and the first one again. */

export async function firstCall(world: World) {
  const intent = world.target.intend()
  const began = performance.now()
  const answer = await world.insist(intent)
  return { intent, answer, tookMs: performance.now() - began }
}

export async function otherCall(world: World) {
  return world.insist(world.target.intend())
}

export async function replay(world: World) {
  const { intent } = await world.see(firstCall)
  return world.insist(intent)
}

async function both(world: World) {
  return { first: (await world.see(firstCall)).answer, again: await world.see(replay) }
}

export const replayChecks = [
  {
    id: 'first-call',
    says: 'a request with a fresh key succeeds',
    money: 'Nothing can be said about an API that takes no payment.',
    after: [],
    async judge(world) {
      const { answer } = await world.see(firstCall)
      return judged(succeeded(answer), show(answer))
    },
  },
  {
    id: 'two-keys',
    says: 'two keys are two effects, and their answers tell them apart',
    money: 'A second, wanted payment is swallowed; or two charges look like one, and no client can tell.',
    after: ['first-call'],
    async judge(world) {
      const { answer } = await world.see(firstCall)
      const other = await world.see(otherCall)
      if (!succeeded(answer) || !succeeded(other))
        return fail(`with another key: ${show(other)}; a body may need {{uuid}} or {{n}} to be done again`)
      const [one, two] = [effectOf(answer), effectOf(other)]
      return judged(one !== two, one === two ? `both answers tell of ${one}` : `${one}, ${two}`)
    },
  },
  {
    id: 'replay-effect',
    says: 'the same request again tells of the same effect',
    money: 'A retry after a lost answer charges a second time.',
    after: ['first-call'],
    async judge(world) {
      const { first, again } = await both(world)
      const same = succeeded(first) && succeeded(again) && effectOf(first) === effectOf(again)
      return judged(same, `first ${show(first)}; again ${show(again)}`)
    },
  },
  {
    id: 'replay-bytes',
    says: 'a replay is the first answer, byte for byte',
    money: 'A client that lost the first answer books other facts than one that did not.',
    after: ['replay-effect'],
    async judge(world) {
      const { first, again } = await both(world)
      return sameAnswer(first, again)
        ? pass(`status ${statusOf(again)} and body are equal`)
        : fail(`first ${show(first)}; again ${show(again)}`)
    },
  },
  {
    id: 'replay-cookie',
    says: 'a replay sets no cookie',
    money: 'Whoever replays a payment could be given the session of the one who made it.',
    after: ['replay-effect'],
    async judge(world) {
      const cookie = headerOf(await world.see(replay), 'set-cookie') !== null
      return judged(!cookie, cookie ? 'the replay has Set-Cookie' : 'no Set-Cookie')
    },
  },
  {
    id: 'replay-told',
    says: 'a replay says Idempotent-Replayed: true, and the first answer does not',
    money: 'A client cannot tell a payment that it made just now from one made before, and may ship twice.',
    after: ['replay-effect'],
    async judge(world) {
      const { first, again } = await both(world)
      return judged(
        !isReplayTold(first) && isReplayTold(again),
        `first: ${told(headerOf(first, 'idempotent-replayed'))}; again: ${told(headerOf(again, 'idempotent-replayed'))}`,
      )
    },
  },
  {
    id: 'replay-headers',
    says: 'a replay has the first Location, when it was first executed, and until when it is kept',
    money: 'A client does not know where its payment is, or for how long it may still ask with this key.',
    after: ['replay-effect'],
    async judge(world) {
      const { first, again } = await both(world)
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
] as const satisfies readonly Check[]

const told = (value: string | null) => (value === null ? 'no header' : value)

function isTime(value: string | null): boolean {
  return value !== null && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value))
}

import type { StoreForm } from '../core/operation'
import type { SimulatedGateway } from './gateway'
import { LawBroken } from './law-broken'
import { type Plan, REFUSED_KEY } from './plan'
import { begunIn, keyOf, type SimulatedStore, type StoreWorld } from './world'

/** @throws LawBroken when a key was charged twice */
export async function chargedOnce(gateway: SimulatedGateway): Promise<ReadonlySet<string>> {
  const charges = await gateway.charges()
  const charged = new Set(charges)
  if (charged.size !== charges.length) throw new LawBroken('a key was charged twice')
  return charged
}

/**
 * The laws at the end, when every client has sent its request once more: nothing is stuck, what is stored agrees with the gateway, and each
 * client got one true answer for its key.
 * @throws LawBroken
 */
export async function atTheEnd<Form extends StoreForm>(
  world: StoreWorld<Form>,
  store: SimulatedStore<Form>,
  gateway: SimulatedGateway,
): Promise<void> {
  const charged = await chargedOnce(gateway)
  const lines = await store.lines()
  if (new Set(lines).size !== lines.length) throw new LawBroken('a write was made twice')
  for (const line of lines.filter((one) => one.startsWith('begun '))) {
    const { subject } = begunIn(line)
    const [done, refused] = [lines.includes(`done ${subject}`), lines.includes(`refused ${subject}`)]
    if (done === refused) throw new LawBroken(done ? 'a record ended in two ways' : 'a record is stuck')
    if (done !== charged.has(subject))
      throw new LawBroken(
        done ? 'it is stored as done, and was not' : 'it was done, and is stored as refused',
      )
  }
  oneTrueAnswer(world, charged)
}

/** All answers under one key are the same, for the amount that was sent, and true. */
function oneTrueAnswer<Form extends StoreForm>(world: StoreWorld<Form>, charged: ReadonlySet<string>): void {
  const answers = new Map<string, string>()
  for (const { press, reply } of world.replies) {
    if (reply?.kind !== 'answer') continue
    const { body } = reply.answer
    const stored = answers.get(keyOf(press)) ?? body
    if (stored !== body) throw new LawBroken(`two answers under one key: ${stored} and ${body}`)
    answers.set(keyOf(press), body)
    const { outcome, subject, amount } = JSON.parse(body) as {
      outcome: string
      subject: string
      amount: number
    }
    if (amount !== press.amount) throw new LawBroken('a client got the answer to another request')
    if ((outcome === 'done') !== charged.has(subject))
      throw new LawBroken('a client got an answer that is not true')
  }
}

/** What the last request under each key may be answered with, once nothing breaks any more. */
const AT_REST = new Set(['key-reused', 'answer-expired', 'not-found'])

/** The last `count` requests came when all was calm: none may be told to wait. @throws LawBroken */
export function allAnswered<Form extends StoreForm>(world: StoreWorld<Form>, count: number): void {
  const last = world.replies.slice(-count)
  if (last.length < count) throw new LawBroken('a request got no reply although nothing broke')
  for (const { reply } of last) {
    if (reply === null) throw new LawBroken('a request got an error although nothing broke')
    if (reply.kind === 'problem' && !AT_REST.has(reply.problem.kind))
      throw new LawBroken(`a key is stuck: its request is answered with ${reply.problem.kind}`)
  }
}

/** Positive control: without accidents each key is done. @throws LawBroken */
export async function everythingDone(plan: Plan, gateway: SimulatedGateway): Promise<void> {
  const keys = new Set(plan.presses.map(({ key }) => key).filter((key) => key !== REFUSED_KEY)).size
  const charges = (await gateway.charges()).length
  if (charges !== keys) throw new LawBroken(`nothing broke, and yet ${charges} of ${keys} keys were done`)
}

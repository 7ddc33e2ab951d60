import { makeMerchant, makePayments } from '../orders'
import { type EnginePayment, engineOn } from '../paths/engine'
import { instantBank } from '../paths/gateway'
import { median } from '../rounds'
import type { Stage } from '../stage'

const ROUNDS = 3
const MERCHANTS = 64
/** One payment in a hundred. */
const POISON = 100

/** Payments a second in two situations, measured in turn. */
export interface Pair {
  what: string
  usual: number
  other: number
  /** The least that `other ÷ usual` should be. */
  least: number
}

/** All payments of one merchant, beside the same number spread over 64. */
export async function hotMerchant(stage: Stage, payments: number): Promise<Pair> {
  const pay = await engineOn(stage, instantBank().gateway)
  const [hot, ...cold] = await merchants(stage, MERCHANTS + 1)
  const [usual, other] = await inTurnBy(ROUNDS, [
    async () => rate(await spread(stage, cold, payments), 32, pay),
    async () => rate(await spread(stage, [hot as string], payments), 32, pay),
  ])
  return { what: 'one merchant ÷ spread over 64, 32 callers', usual, other, least: 0.95 }
}

/** One outcome in a hundred that the database refuses: its reference is another charge's. The others must not notice. */
export async function poisoned(stage: Stage, payments: number): Promise<Pair> {
  let charges = 0
  const isPoison = () => ++charges % POISON === 0
  const sound = await engineOn(stage, instantBank().gateway)
  const sick = await engineOn(stage, instantBank((key) => (isPoison() ? 'ch_poison' : `ch_${key}`)).gateway)
  const [merchantId = ''] = await merchants(stage, 1)
  await engineOn(stage, instantBank(() => 'ch_poison').gateway).then(async (pay) => {
    for (const payment of await spread(stage, [merchantId], 1)) await pay(payment)
  })
  let refused = 0
  const tolerant = (payment: EnginePayment) =>
    sick(payment).catch(() => {
      refused += 1
    })
  const [usual, other] = await inTurnBy(ROUNDS, [
    async () => rate(await spread(stage, [merchantId], payments), 64, sound),
    async () => rate(await spread(stage, [merchantId], payments), 64, tolerant),
  ])
  // Exactly these, or what was measured is not what the name says.
  if (refused !== Math.floor(charges / POISON))
    throw new Error(`of ${charges} outcomes ${refused} were refused, and every ${POISON}th should have been`)
  return { what: '1 % poisoned ÷ none, 64 callers', usual, other, least: 0.8 }
}

async function merchants({ owner }: Stage, count: number): Promise<string[]> {
  const made: string[] = []
  while (made.length < count) made.push(await makeMerchant(owner))
  return made
}

async function spread({ owner }: Stage, ids: readonly string[], payments: number): Promise<EnginePayment[]> {
  const each = Math.ceil(payments / ids.length)
  const all: EnginePayment[][] = []
  for (const merchantId of ids)
    all.push((await makePayments(owner, merchantId, each)).map((payment) => ({ ...payment, merchantId })))
  await owner.query('VACUUM ANALYZE')
  // In turn, so that neighbours are of different merchants.
  return Array.from({ length: each }, (_, place) => all.flatMap((own) => own[place] ?? [])).flat()
}

async function rate(
  payments: EnginePayment[],
  callers: number,
  pay: (payment: EnginePayment) => Promise<unknown>,
): Promise<number> {
  const began = performance.now()
  let next = 0
  const caller = async () => {
    for (let one = payments[next++]; one !== undefined; one = payments[next++]) await pay(one)
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return payments.length / ((performance.now() - began) / 1000)
}

/** Medians of several rounds, in which both are measured, now this first and now that. The first round warms up. */
async function inTurnBy(
  rounds: number,
  [one, other]: [() => Promise<number>, () => Promise<number>],
): Promise<[number, number]> {
  const rates: [number[], number[]] = [[], []]
  for (let round = 0; round <= rounds; round++) {
    const flipped = round % 2 === 1
    const second = flipped ? await other() : null
    const first = await one()
    const last = second ?? (await other())
    if (round > 0) {
      rates[0].push(first)
      rates[1].push(last)
    }
  }
  return [median(rates[0]), median(rates[1])]
}

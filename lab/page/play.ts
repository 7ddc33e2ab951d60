import { setTimeout as pause } from 'node:timers/promises'
import type { LabPlan } from '@/server/lab/run'
import { ACCIDENTS, type Accident } from '../chaos/accidents'
import { Client, type Purchase } from '../chaos/client'
import type { History } from '../chaos/history'
import type { Installation } from '../chaos/installation'
import type { ProductProcess } from '../chaos/product-process'
import { chance } from '../chaos/random'
import { pressesOf } from './presses'
import type { LabShop } from './shop'

/** 8 s: an accident that is aimed at a step strikes within it or not at all. */
const STRIKES_MS = 8_000

export interface Play {
  installation: Installation
  shop: LabShop
  plan: LabPlan
  history: History
  order: string
  amount: bigint
  giveUp: AbortSignal
}

/** One purchase with its accident, from the first press until its client has its answer or has gone. @returns whether the accident struck */
export async function play({
  installation,
  shop,
  plan,
  history,
  order,
  amount,
  giveUp,
}: Play): Promise<boolean> {
  const dice = chance(plan.seed)
  const key = `lab-${dice.below(1e9)}-${order}`
  const purchase: Purchase = { key, order, card: 'pm_card_visa', amount, mark: `lab-${order}.` }
  const client = new Client(shop.cookie, history, { random: dice.next, giveUp })
  const accident = ACCIDENTS.find(({ id }) => id === plan.accident)
  const server = shop.servers[0] as ProductProcess
  const victim = {
    server,
    mark: purchase.mark,
    amount,
    recordId: shop.markOf(key),
    played: 'checkout' as const,
    // There is one purchase at a time, and the naive handler's key is unknown.
    bankKey: null,
  }
  const before = accident ? await timesOf(installation, accident) : 0
  await accident?.arm(installation, victim)
  await Promise.all([buy(shop, client, purchase, plan, dice), accident?.over?.(installation, victim)])
  if (!accident) return true
  for (let ms = 0; ms < STRIKES_MS && !giveUp.aborted; ms += 50) {
    if ((await timesOf(installation, accident)) > before) return true
    await pause(50)
  }
  return false
}

async function buy(
  shop: LabShop,
  client: Client,
  purchase: Purchase,
  { who, retry, accident }: LabPlan,
  dice: ReturnType<typeof chance>,
): Promise<void> {
  const at = (index: number) => [shop.servers[index] as ProductProcess, index] as [ProductProcess, number]
  const answers = await Promise.all(
    pressesOf(who, dice).map(async ({ server, afterMs }) => {
      if (afterMs > 0) await pause(afterMs)
      return client.press(...at(server), purchase)
    }),
  )
  const parks = ACCIDENTS.some(({ id, parks }) => id === accident && parks)
  if (answers.includes(true) || retry === 'none' || parks) return
  await client.insist([at(retry === 'same' ? 0 : 1)], purchase)
}

async function timesOf(installation: Installation, { id, fault }: Accident): Promise<number> {
  if (!fault) return installation.seen.get(id) ?? 0
  return (await installation.bank.faults().catch(() => null))?.get(fault) ?? 0
}

import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { newShopper, shopperCookie } from '@/access/shopper'
import { readId } from '@/lib/id'
import { sql } from '@/platform/db'
import { secretFor } from '@/platform/env'
import { print, until } from '@/setup/process/console'
import { readJournal } from '../bank/journal'
import { Client, type Purchase } from './client'
import type { ForgetfulDatabase, Loss } from './forgetful-database'
import type { History } from './history'
import { type Installation, SECRET } from './installation'
import { oneAnswerPerKey } from './judge'
import { type Chance, chance } from './random'

/** The accidents in which the database forgets what it had committed. */
export const LOSSES: readonly { id: string; loss: Loss }[] = [
  { id: 'D14', loss: 'standby' },
  { id: 'D20', loss: 'backup' },
]

/** Purchases of one loss, in its last seconds. */
const PURCHASES = 12
const ROUNDS = 2
/** Tries at a loss that shows something: more than enough, as half of the purchases are charged before it. */
const TURNS = 4
/** 60 s: longer than the longest doubt. */
const QUIET_MS = 60_000

interface Surroundings {
  installation: Installation
  database: ForgetfulDatabase
  history: History
  client: Client
  dice: Chance
  nextAmount: () => bigint
}

/**
 * D14 D20: clients pay, processes die, and then the database is one that knows nothing of it. Clients repeat their requests under the same
 * keys. The bank stands on another database and has forgotten nothing; its own journal is what the judge counts.
 * @returns everything that is wrong
 */
export async function forget(
  installation: Installation,
  database: ForgetfulDatabase,
  history: History,
  { seed, losses }: { seed: number; losses: typeof LOSSES },
): Promise<string[]> {
  const shopper = newShopper(secretFor({ PAYONCE_SECRET: SECRET }, 'shopper-cookie'))
  const client = new Client(shopperCookie(shopper.value, false).split(';')[0] ?? '', history)
  const dice = chance(seed)
  let amount = 10_000n
  const world = { installation, database, history, client, dice, nextAmount: () => ++amount }
  // Both servers have answered once: the first answer of a new process may take long, and nothing would be charged before the loss.
  const [first, second] = await place(world, 'control')
  const wrong = (
    await Promise.all([insist(world, first as Purchase, 0), insist(world, second as Purchase, 1)])
  ).every(Boolean)
    ? []
    : ['positive control: a purchase without an accident was not answered']
  for (let round = 0; round < ROUNDS; round++)
    for (const { id, loss } of losses)
      wrong.push(...(await playUntilForgotten(world, `${id}-${round}`, loss)))
  return wrong
}

/** Repeats a loss in which no charge was forgotten: it proves nothing. */
async function playUntilForgotten(world: Surroundings, name: string, loss: Loss): Promise<string[]> {
  for (let turn = 0; turn < TURNS; turn++) {
    const { forgotten, wrong } = await play(world, `${name}-${turn}`, loss)
    if (forgotten > 0 || wrong.length > 0) return wrong
  }
  return [`${name}: no charge was ever forgotten, so this proves nothing`]
}

async function play(
  world: Surroundings,
  name: string,
  loss: Loss,
): Promise<{ forgotten: number; wrong: string[] }> {
  const { installation, database, history, dice } = world
  const purchases = await place(world, name)
  await database.mark(loss)
  const bought = Promise.all(purchases.map((purchase) => buy(world, purchase)))
  if (dice.next() < 0.5) void pause(dice.below(500)).then(() => server(world, 0).signal('SIGKILL'))
  // Half of the losses come while clients are still paying: once some of them have been charged.
  const some = dice.next() < 0.5 ? PURCHASES : 4 + dice.below(6)
  let paid = false
  void bought.then(() => (paid = true))
  await until(() => paid || chargesOf(installation, purchases).length >= some, QUIET_MS)
  await database.lose()
  await bought
  const before = new Map(purchases.map(({ key }) => [key, finalAnswer(history, key)]))
  const forgotten = await unknownCharges(installation, purchases)
  await Promise.all(installation.servers.map((one) => one.ready()))
  const since = history.tries.length
  const answered = await Promise.all(purchases.map((purchase, index) => insist(world, purchase, index)))
  const quiet = await installation.quiet(QUIET_MS)
  print(`${name}: ${forgotten} charges forgotten, ${purchases.length} keys sent again`)
  const wrong = [
    ...(quiet ? [] : [`${name}: a payment stayed in doubt`]),
    ...purchases.flatMap(({ key }, index) => (answered[index] ? [] : [`${name}: no answer to ${key}`])),
    ...oneAnswerPerKey(history.tries.slice(since)),
    ...purchases.flatMap((purchase) => judge(world, purchase, before.get(purchase.key) ?? null)),
  ]
  return { forgotten, wrong }
}

async function place({ installation, nextAmount }: Surroundings, name: string): Promise<Purchase[]> {
  return Promise.all(
    Array.from({ length: PURCHASES }, async (_, index) => {
      const amount = nextAmount()
      const card = index % 6 === 5 ? 'pm_card_declined' : 'pm_card_visa'
      return { key: `${name}-${index}`, order: await installation.newOrder(amount), card, mark: name, amount }
    }),
  )
}

/** Retries at one server until the answer is final. */
function insist(world: Surroundings, purchase: Purchase, index: number): Promise<boolean> {
  return world.client.insist([[server(world, index), index % 2]], purchase)
}

/** One press, and in a third of the purchases a second one at the other server. */
async function buy(world: Surroundings, purchase: Purchase): Promise<void> {
  const first = world.dice.below(2)
  const presses = [world.client.press(server(world, first), first, purchase)]
  if (world.dice.next() < 0.33)
    presses.push(world.client.press(server(world, first + 1), (first + 1) % 2, purchase))
  await Promise.all(presses)
}

/** The purchases that the bank has charged, and whose order has no payment in the database that took over. */
async function unknownCharges(installation: Installation, purchases: readonly Purchase[]): Promise<number> {
  const charged = new Set(chargesOf(installation, purchases))
  const orders = purchases
    .filter(({ amount }) => charged.has(String(amount)))
    .map(({ order }) => readId('ord', order) ?? '')
  const [row] = await installation.db.$queryRaw<{ unknown: number }[]>(sql`
    SELECT count(*)::int AS unknown FROM orders o WHERE o.id = ANY(${orders}::uuid[])
      AND NOT EXISTS (SELECT FROM payment p WHERE p.merchant_id = o.merchant_id AND p.order_id = o.id)`)
  return row?.unknown ?? 0
}

/** By the bank's journal, which knows amounts, and not our keys: as many charges as the client was told of, and the same answer as before the loss. */
function judge(
  { installation, history }: Surroundings,
  { key, amount }: Purchase,
  before: number | null,
): string[] {
  const charges = chargesOf(installation, [{ amount }]).length
  const status = finalAnswer(history, key)
  const wrong: string[] = []
  if (charges > 1) wrong.push(`the bank charged ${charges} times under one key: ${key}`)
  if (charges === 0 && status === 200) wrong.push(`answered 200, and the bank charged nothing: ${key}`)
  if (charges > 0 && status !== 200) wrong.push(`answered ${status}, and the bank charged: ${key}`)
  if (before !== null && before !== status)
    wrong.push(`answered ${before} before the loss and ${status} after it: ${key}`)
  return wrong
}

/** The amount of each charge of these purchases, by the bank's journal. */
function chargesOf(installation: Installation, purchases: readonly Pick<Purchase, 'amount'>[]): string[] {
  if (!fs.existsSync(installation.journal)) return []
  const ours = new Set(purchases.map(({ amount }) => String(amount)))
  return readJournal(fs.readFileSync(installation.journal, 'utf8'))
    .filter(({ kind, amountMinor }) => kind === 'charge' && ours.has(amountMinor))
    .map(({ amountMinor }) => amountMinor)
}

/** The status of the last final answer to this key; null: none. */
function finalAnswer(history: History, key: string): number | null {
  return history.tries.findLast((line) => line.key === key && line.outcome === 'answer')?.status ?? null
}

function server({ installation }: Surroundings, index: number): Installation['servers'][number] {
  return installation.servers[index % installation.servers.length] as Installation['servers'][number]
}

import { sql } from '@/platform/db'
import type { Charge } from '../../stripe-double/objects'
import type { Purchase } from '../client'
import type { History } from '../history'
import type { Installation } from '../installation'
import type { Campaign } from '../rounds'
import type { StripeBank } from './bank'

/** What Stripe's own journal says of a purchase, and the last final answer that its client got; null: none. */
interface Fate {
  purchase: Purchase
  /** Charges that took money. */
  charges: Charge[]
  status: number | null
}

/**
 * Compares what clients were told with Stripe's journal, and both with our books. What counts is the journal: it knows each purchase by its
 * amount, and nothing of our tables. @returns everything that is wrong
 */
export async function judgeStripe(
  installation: Installation,
  bank: StripeBank,
  campaign: Campaign,
  history: History,
): Promise<string[]> {
  const fates = fatesOf(bank, campaign, history)
  return [
    ...fates.flatMap(judgeFate),
    ...(await judgeBooks(installation, bank)),
    ...(await judgeEvents(installation, bank)),
  ]
}

export function fatesOf(bank: StripeBank, campaign: Campaign, history: History): Fate[] {
  const taken = bank.double.account.charges.filter(({ status }) => status === 'succeeded')
  return campaign.purchases.map((purchase) => {
    const charges = taken.filter(({ amount }) => BigInt(amount) === purchase.amount)
    const told = history.tries.findLast(({ key, outcome }) => key === purchase.key && outcome === 'answer')
    return { purchase, charges, status: told?.status ?? null }
  })
}

const NO_CHARGE: Record<number, string> = { 402: 'declined', 502: 'not charged' }

/** The double never charges twice by itself, so that a second charge is our mistake, also where the reconciler has given it back. */
function judgeFate({ purchase: { key }, charges, status }: Fate): string[] {
  const wrong: string[] = []
  const times = charges.length
  if (times > 1) wrong.push(`Stripe charged ${times} times under one key: ${key}`)
  if (status === 200 && times === 0) wrong.push(`told paid, and Stripe has no charge: ${key}`)
  const back = charges.find((charge) => charge.refunded)
  if (status === 200 && times === 1 && back) wrong.push(`told paid, and the charge was given back: ${key}`)
  const told = status === null ? undefined : NO_CHARGE[status]
  if (told && times > 0) wrong.push(`told ${told}, and Stripe took the money: ${key}`)
  if (status === null) wrong.push(`no final answer, also after everything was over: ${key}`)
  return wrong
}

/** Every charge is booked, or is being given back; nothing is booked that Stripe does not know; no intent of ours is left open. */
async function judgeBooks({ db }: Installation, { double: { account } }: StripeBank): Promise<string[]> {
  const booked = await db.$queryRaw<{ ref: string; amount: bigint }[]>(
    sql`SELECT gateway_ref AS ref, amount FROM payment WHERE status = 'succeeded'`,
  )
  const surplus = await db.$queryRaw<{ ref: string }[]>(sql`SELECT gateway_ref AS ref FROM surplus_charge`)
  const intents = await db.$queryRaw<{ id: string }[]>(
    sql`SELECT intent_id AS id FROM stripe_intent WHERE intent_id IS NOT NULL`,
  )
  const known = new Set([...booked, ...surplus].map(({ ref }) => ref))
  const taken = account.charges.filter(({ status }) => status === 'succeeded')
  const amounts = new Map(taken.map(({ id, amount }) => [id, BigInt(amount)]))
  const ours = new Set(intents.map(({ id }) => id))
  return [
    ...taken.filter(({ id }) => !known.has(id)).map(({ id }) => `a charge is in no book of ours: ${id}`),
    ...booked
      .filter(({ ref, amount }) => amounts.get(ref) !== amount)
      .map(({ ref }) => `booked, and Stripe has no such charge: ${ref}`),
    ...account.intents
      .filter(({ id, status }) => ours.has(id) && status !== 'succeeded' && status !== 'canceled')
      .map(({ id, status }) => `the intent of a key is ${status} still: ${id}`),
  ]
}

/** Each event is kept, whether it was sent or lost, and was worked on to an end. */
async function judgeEvents({ db }: Installation, { double: { account } }: StripeBank): Promise<string[]> {
  const kept = await db.$queryRaw<{ id: string; type: string; state: string; ended: boolean }[]>(
    sql`SELECT id, type, state, next_at IS NULL AS ended FROM stripe_event`,
  )
  const ids = new Set(kept.map(({ id }) => id))
  return [
    ...account.events.all
      .filter(({ id }) => !ids.has(id))
      .map(({ id, type }) => `an event was never read: ${type} ${id}`),
    ...kept
      .filter(({ ended, state }) => !ended || state === 'failing')
      .map(({ id, type, state }) => `an event is ${state} still: ${type} ${id}`),
  ]
}

const COLUMNS = ['charged', 'declined', 'not charged'] as const

/** What became of the purchases of each accident, by Stripe's journal: lines of a table. */
export function table(fates: readonly Fate[], bank: StripeBank, textOf: (id: string) => string): string[] {
  const failed = new Set(
    bank.double.account.charges.flatMap(({ status, amount }) =>
      status === 'failed' ? [BigInt(amount)] : [],
    ),
  )
  const outcomeOf = ({ charges, purchase }: Fate): (typeof COLUMNS)[number] => {
    if (charges.length > 0) return 'charged'
    return failed.has(purchase.amount) ? 'declined' : 'not charged'
  }
  const rows = new Map<string, Record<string, number>>()
  for (const fate of fates) {
    const id = fate.purchase.accident ?? 'none'
    const row = rows.get(id) ?? {}
    const outcome = outcomeOf(fate)
    rows.set(id, { ...row, [outcome]: (row[outcome] ?? 0) + 1 })
  }
  const line = (id: string, cells: readonly string[], text: string) =>
    `${id.padEnd(6)}${cells.map((cell) => cell.padStart(13)).join('')}   ${text}`
  return [
    line('', COLUMNS, ''),
    ...[...rows]
      .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
      .map(([id, row]) =>
        line(
          id,
          COLUMNS.map((column) => String(row[column] ?? '·')),
          textOf(id),
        ),
      ),
  ]
}

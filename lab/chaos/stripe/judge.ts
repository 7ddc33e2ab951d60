import { sql } from '@/platform/db'
import type { Charge } from '../../stripe-double/objects'
import type { Purchase } from '../client'
import type { History } from '../history'
import type { Installation } from '../installation'
import type { Campaign } from '../rounds'
import type { StripeBank } from './bank'
import type { Refunds } from './refunds'

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
  refunds: Refunds,
): Promise<string[]> {
  const fates = fatesOf(bank, campaign, history)
  const asked = new Set(refunds.tries.map(({ charge }) => charge))
  return [
    ...fates.flatMap((fate) => judgeFate(fate, asked)),
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

/**
 * The double never charges twice by itself, so that a second charge is our mistake, also where the reconciler has given it back.
 * @param asked charges of which a program asked for refunds
 */
function judgeFate({ purchase: { key }, charges, status }: Fate, asked: ReadonlySet<string>): string[] {
  const wrong: string[] = []
  const times = charges.length
  if (times > 1) wrong.push(`Stripe charged ${times} times under one key: ${key}`)
  if (status === 200 && times === 0) wrong.push(`told paid, and Stripe has no charge: ${key}`)
  const back = charges.find(({ id, refunded }) => refunded && !asked.has(id))
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

/** By Stripe's journal: each refund once where its program was told so, none where it was refused, and what came back is back once. */
export async function judgeRefunds(
  { owner }: Installation,
  { double: { account } }: StripeBank,
  refunds: Refunds,
): Promise<string[]> {
  const wrong: string[] = []
  for (const one of refunds.tries) {
    const { key, charge, amount } = one
    const made = account.refunds.filter((refund) => refund.charge === charge && refund.amount === amount)
    const status = refunds.told(one)
    if (made.length > 1) wrong.push(`Stripe refunded ${made.length} times under one key: ${key}`)
    if (status === null) wrong.push(`no final answer to a refund: ${key}`)
    else if ((status === 201) !== (made.length === 1))
      wrong.push(`a refund was told ${status}, and Stripe has ${made.length}: ${key}`)
  }
  const { rows } = await owner.query(`
    SELECT r.gateway_ref AS ref, r.status, r.amount::int, r.returned_at IS NOT NULL AS returned,
      (SELECT count(*)::int FROM outbox_event e WHERE e.subject_id = r.id AND e.type = 'refund.returned') AS told
    FROM refund r WHERE r.gateway_ref IS NOT NULL`)
  const booked = new Map(rows.map((row) => [row.ref, row]))
  for (const { id, amount, status } of account.refunds) {
    const own = booked.get(id)
    const returned = status === 'failed'
    if (own?.status !== 'succeeded' || own.amount !== amount)
      wrong.push(`a refund is in no book of ours: ${id}`)
    else if (own.returned !== returned || own.told !== (returned ? 1 : 0))
      wrong.push(`a refund is ${status} at Stripe, and in our books returned ${own.told} times: ${id}`)
  }
  return wrong
}

/** What Stripe owes us by its own movements, and by our ledger, in minor units. */
export async function owed({ owner }: Installation, { double: { account } }: StripeBank) {
  const { rows } = await owner.query(`
    SELECT coalesce(sum(e.amount), 0)::int AS ledger FROM entry e JOIN account a ON (a.merchant_id, a.id) = (e.merchant_id, e.account_id)
    WHERE a.code = 'gateway_clearing'`)
  return { atStripe: account.balances.reduce((sum, { net }) => sum + net, 0), ledger: Number(rows[0].ledger) }
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

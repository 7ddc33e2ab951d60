import fs from 'node:fs'
import { readId } from '@/lib/id'
import { sql } from '@/platform/db'
import { type JournalLine, readJournal } from '../bank/journal'
import type { History } from './history'
import type { Installation } from './installation'
import type { Act } from './program'

/** The status of a payment that was made. */
const PAID = 201

/** What our books have of each act, by its key. */
export interface Booked {
  /** Refunds that succeeded, with a posting of their own: a line for each. */
  refunds: readonly { payment: string; amount: bigint }[]
  /** By the payment's id: its status, and how often it was posted as charged. */
  payments: ReadonlyMap<string, { status: string; postings: number }>
  /** The reference of each order; a program gives each the key of its request. */
  orders: readonly string[]
}

/**
 * Compares what programs were told with the bank's own journal and with our books: each key had one effect, or none. The journal knows a charge by
 * its amount, which no other payment has, and a refund by its charge: it is asked for once of a payment.
 */
export async function judgeActs(
  installation: Installation,
  acts: readonly Act[],
  history: History,
): Promise<string[]> {
  if (acts.length === 0) return []
  const journal = fs.existsSync(installation.journal)
    ? readJournal(fs.readFileSync(installation.journal, 'utf8'))
    : []
  const booked = await booksOf(installation)
  return acts.flatMap((act) => {
    const told = finalStatus(history, act.key)
    if (told === null) return act.accident === 'G8' ? [] : [`no final answer to a ${act.played}: ${act.key}`]
    const paid = act.played === 'payment' && acts.some((other) => isPaidBy(other, act, history))
    return wrongOf(act, paid ? PAID : told, journal, booked).map((line) => `${line}: ${act.key}`)
  })
}

/** An order that was not charged may be paid under another key: then the charge is that one's. */
function isPaidBy(other: Act, { order }: Act, history: History): boolean {
  return other.played === 'payment' && other.order === order && finalStatus(history, other.key) === PAID
}

/** The status of the last final answer to this key; null: none. */
export function finalStatus(history: History, key: string): number | null {
  return history.tries.findLast((line) => line.key === key && line.outcome === 'answer')?.status ?? null
}

/** @param told the status of the final answer. @returns what contradicts it, at the bank or in our books */
export function wrongOf(
  act: Act,
  told: number,
  journal: readonly Pick<JournalLine, 'kind' | 'amountMinor' | 'chargeRef'>[],
  booked: Booked,
): string[] {
  const done = told < 300
  switch (act.played) {
    case 'refund': {
      const atBank = journal.filter(({ kind, chargeRef }) => kind === 'refund' && chargeRef === act.chargeRef)
      const inBooks = booked.refunds.filter(({ payment }) => payment === readId('pay', act.order))
      const asked = 'amount' in act.body ? BigInt(Number(act.body.amount)) : act.amount
      return [
        ...once('the bank refunded', atBank.length, done, told),
        ...once('our books have the refund', inBooks.length, done, told),
        ...[...atBank.map(({ amountMinor }) => BigInt(amountMinor)), ...inBooks.map(({ amount }) => amount)]
          .filter((amount) => amount !== asked)
          .map((amount) => `${amount} was refunded, and ${asked} was asked for`),
      ]
    }
    case 'capture':
    case 'void': {
      const charged = chargesOf(act, journal)
      const { status, postings = 0 } = booked.payments.get(readId('pay', act.order) ?? '') ?? {}
      const captured = done && act.played === 'capture'
      const wanted = captured ? 'succeeded' : 'voided'
      return [
        ...(done ? [] : [`a ${act.played} that nobody contradicts was told ${told}`]),
        ...once('the bank charged', charged, captured, told),
        ...once('our books have the charge', postings, captured, told),
        ...(status === wanted ? [] : [`told ${told}, and our payment is ${status}, not ${wanted}`]),
      ]
    }
    case 'order': {
      const made = booked.orders.filter((reference) => reference === act.key).length
      return once('an order was placed', made, done, told)
    }
    case 'payment': {
      // One that is only authorised is charged by its capture, and one that the bank is ordered to charge twice is not our mistake.
      if ('capture' in act.body || act.accident === 'G4' || act.accident === 'G8') return []
      return once('the bank charged', chargesOf(act, journal), done, told)
    }
  }
}

function chargesOf({ amount }: Act, journal: readonly Pick<JournalLine, 'kind' | 'amountMinor'>[]): number {
  return journal.filter(({ kind, amountMinor }) => kind === 'charge' && BigInt(amountMinor) === amount).length
}

function once(what: string, times: number, done: boolean, told: number): string[] {
  return times === (done ? 1 : 0) ? [] : [`told ${told}, and ${what} ${times} times`]
}

async function booksOf({ db }: Installation): Promise<Booked> {
  const refunds = await db.$queryRaw<Booked['refunds']>(sql`
    SELECT r.payment_id::text AS payment, r.amount FROM refund r
    JOIN ledger_transaction t ON (t.merchant_id, t.id) = (r.merchant_id, r.transaction_id) WHERE r.status = 'succeeded'`)
  const payments = await db.$queryRaw<{ id: string; status: string; postings: number }[]>(sql`
    SELECT p.id::text, p.status, count(t.id)::int AS postings FROM payment p
    LEFT JOIN ledger_transaction t ON t.merchant_id = p.merchant_id AND t.payment_id = p.id AND t.kind = 'capture'
    GROUP BY p.merchant_id, p.id`)
  const orders = await db.$queryRaw<{ reference: string }[]>(
    sql`SELECT reference FROM orders WHERE reference IS NOT NULL`,
  )
  return {
    refunds,
    payments: new Map(payments.map(({ id, ...booked }) => [id, booked])),
    orders: orders.map(({ reference }) => reference),
  }
}

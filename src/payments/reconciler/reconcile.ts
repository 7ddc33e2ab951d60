import { z } from 'zod'
import { type Currency, isCurrency } from '@/lib/money'
import { type Db, rows, sql } from '@/platform/db'
import type { BankCharge, Gateway } from '../gateway'
import { PAYMENT_STATUSES } from '../payment'
import { nextPosition, readPosition, writePosition } from './list-position'
import { dueSurplus, type Refunded, recordSurplus, refundSurplus, type Surplus } from './surplus'
import { dropUnexplained, isStray, keepUnexplained, listUnexplained } from './unexplained-charge'

export interface ReconcileDeps {
  db: Db
  gateway: Gateway
  newId: () => string
  /** What happened, for the log and for people. */
  report: (event: ReconcileEvent) => void
  limits?: Partial<typeof LIMITS>
}

export type ReconcileEvent =
  | { kind: 'page-read'; charges: number }
  /** The bank could not be asked for its list: the next run begins at the same place. */
  | { kind: 'silent'; reason: string }
  | { kind: 'surplus'; surplus: Surplus }
  | { kind: 'refunded'; surplus: Surplus }
  | { kind: 'put-off'; surplus: Surplus; reason: string }
  /** An alert: the money was not given back, and we do not try any more. */
  | { kind: 'parked'; surplus: Surplus; reason: string }
  /** An alert: a charge of which we know nothing. No money is made of it. */
  | { kind: 'stray'; charge: BankCharge }

export interface Reconciled {
  chargesRead: number
  refunded: number
  parked: number
  /** Events that a person should look at. */
  alerts: number
}

const LIMITS = {
  page: 500,
  /** 100,000 charges a run; a longer list is read on in the next. */
  pages: 200,
  open: 500,
  refunds: 100,
  /** A bank that is not well is left alone until the next run. */
  doubts: 3,
}

/**
 * Compares what really happened at the bank with our payments, and gives back what was charged beyond them. Any number may run at
 * once, and each may end at any moment: whatever is written is written once, and the next run goes on from there.
 *
 *     the bank's list ─► settled: nothing to do
 *                     ├► surplus ─► row and posting, one commit ─► refund ─► end and reversal, one commit
 *                     ├► in doubt: the resolver asks about its payment; looked at again
 *                     └► stray: an alert; looked at again, for its payment may come back from a backup
 */
export async function reconcile(deps: ReconcileDeps): Promise<Reconciled> {
  const tally: Reconciled = { chargesRead: 0, refunded: 0, parked: 0, alerts: 0 }
  const report = (event: ReconcileEvent) => {
    count(tally, event)
    deps.report(event)
  }
  const run = { ...deps, report, limits: { ...LIMITS, ...deps.limits } }
  await readList(run)
  await recheckUnexplained(run)
  await giveBack(run)
  return tally
}

type Run = ReconcileDeps & { limits: typeof LIMITS }

async function readList(run: Run): Promise<void> {
  for (let pages = 0; pages < run.limits.pages; pages++) {
    const place = await readPosition(run.db, run.gateway.name)
    const page = await run.gateway.charges({ since: place.since, after: place.after, limit: run.limits.page })
    if (page.kind === 'unknown') return run.report({ kind: 'silent', reason: page.reason })
    run.report({ kind: 'page-read', charges: page.charges.length })
    const payments = await paymentsOf(run.db, page.charges)
    for (const charge of page.charges) await meet(run, charge, judge(charge, payments.get(charge.key)))
    await writePosition(run.db, run.gateway.name, place, nextPosition(place, page))
    if (page.next === null) return
  }
}

/** Charges that were in doubt or stray when they were read: their payments may have ended since, or have come back. */
async function recheckUnexplained(run: Run): Promise<void> {
  const charges = await listUnexplained(run.db, run.limits.open)
  const payments = await paymentsOf(run.db, charges)
  for (const charge of charges) {
    const open = await meet(run, charge, judge(charge, payments.get(charge.key)))
    if (!open) await dropUnexplained(run.db, charge.ref)
  }
}

async function giveBack(run: Run): Promise<void> {
  let doubts = 0
  for (const found of await dueSurplus(run.db, run.limits.refunds)) {
    const refunded = await refundSurplus(run.db, run.gateway, found, run.newId)
    if (refunded.to !== 'elsewhere') run.report(eventOf(refunded))
    if (refunded.to === 'found' && ++doubts === run.limits.doubts) return
  }
}

const paymentOfKey = z.strictObject({
  gatewayKey: z.string(),
  merchantId: z.string(),
  id: z.string(),
  status: z.enum(PAYMENT_STATUSES),
  gatewayRef: z.string().nullable(),
})
/** The part of a payment that decides what a charge under its key is. */
export type PaymentOfKey = z.infer<typeof paymentOfKey>

export type ChargeVerdict =
  | { kind: 'settled' }
  | { kind: 'in-doubt' }
  | { kind: 'stray' }
  | { kind: 'surplus'; payment: PaymentOfKey; currency: Currency }

/** What a charge is. Pure: a payment that has ended never moves again, so neither does what is said here of its charges. */
export function judge(
  { ref, currency, amountMinor, refundedMinor }: BankCharge,
  payment: PaymentOfKey | undefined,
): ChargeVerdict {
  if (refundedMinor >= amountMinor) return { kind: 'settled' }
  if (!payment || !isCurrency(currency)) return { kind: 'stray' }
  switch (payment.status) {
    case 'sending':
    case 'unknown':
    case 'requires_action':
      return { kind: 'in-doubt' }
    case 'succeeded':
      return payment.gatewayRef === ref ? { kind: 'settled' } : { kind: 'surplus', payment, currency }
    case 'declined':
    case 'not_charged':
      return { kind: 'surplus', payment, currency }
  }
}

/** Writes down what must be known of a charge. @returns whether its meaning is still open */
async function meet(run: Run, charge: BankCharge, verdict: ChargeVerdict): Promise<boolean> {
  switch (verdict.kind) {
    case 'settled':
      return false
    case 'surplus':
      await record(run, charge, verdict)
      return false
    case 'in-doubt':
      await keepUnexplained(run.db, charge, verdict.kind)
      return true
    case 'stray':
      // Told first: killed in between, people hear of it twice rather than never.
      if (!(await isStray(run.db, charge.ref))) run.report({ kind: 'stray', charge })
      await keepUnexplained(run.db, charge, verdict.kind)
      return true
  }
}

/** What the charge still holds is surplus; what the bank has given back by itself is not owed to anybody. */
async function record(
  run: Run,
  charge: BankCharge,
  { payment, currency }: ChargeVerdict & { kind: 'surplus' },
): Promise<void> {
  const amount = charge.amountMinor - charge.refundedMinor
  const { merchantId, id: paymentId } = payment
  const surplus = {
    merchantId,
    paymentId,
    gatewayRef: charge.ref,
    transactionId: run.newId(),
    amount,
    currency,
    tries: 0,
  }
  if (await recordSurplus(run.db, surplus, run.newId)) run.report({ kind: 'surplus', surplus })
}

async function paymentsOf(db: Db, charges: BankCharge[]): Promise<Map<string, PaymentOfKey>> {
  if (charges.length === 0) return new Map()
  const keys = [...new Set(charges.map(({ key }) => key))]
  const found = await rows(
    db,
    paymentOfKey,
    sql`
      SELECT gateway_key AS "gatewayKey", merchant_id::text AS "merchantId", id::text, status, gateway_ref AS "gatewayRef"
      FROM payment WHERE gateway_key = ANY(${keys})`,
  )
  return new Map(found.map((row) => [row.gatewayKey, row]))
}

function eventOf(refunded: Exclude<Refunded, { to: 'elsewhere' }>): ReconcileEvent {
  const { surplus } = refunded
  if (refunded.to === 'refunded') return { kind: 'refunded', surplus }
  return { kind: refunded.to === 'parked' ? 'parked' : 'put-off', surplus, reason: refunded.reason }
}

function count(tally: Reconciled, event: ReconcileEvent): void {
  if (event.kind === 'page-read') tally.chargesRead += event.charges
  if (event.kind === 'refunded') tally.refunded += 1
  if (event.kind === 'parked') tally.parked += 1
  if (event.kind === 'parked' || event.kind === 'stray') tally.alerts += 1
}

import { z } from 'zod'
import { type Currency, isCurrency } from '@/lib/money'
import { type Db, rows, sql } from '@/platform/db'
import type { BankCharge, Gateway } from '../gateway'
import { PAYMENT_STATUSES } from '../payment'
import { nextPosition, OVERLAP_MS, readPosition, writePosition } from './list-position'
import { giveBackStrays } from './stray-return'
import { dueSurplus, type Refunded, recordSurplus, refundSurplus, type Surplus } from './surplus'
import {
  dropUnexplained,
  isAccountedFor,
  isStray,
  keepUnexplained,
  listUnexplained,
} from './unexplained-charge'

export interface ReconcileDeps {
  db: Db
  gateway: Gateway
  /** Whose account the gateway's is; absent: the installation's. */
  own?: OwnAccount | undefined
  newId: () => string
  /** Called for each event, for the log and for operators. */
  report: (event: ReconcileEvent) => void
  limits?: Partial<typeof LIMITS>
}

/** An account at the bank that is one merchant's. What its list says counts for payments of that merchant alone, whatever key it names. */
export interface OwnAccount {
  account: string
  merchantId: string
}

export type ReconcileEvent =
  | { kind: 'page-read'; charges: number }
  /** The bank's list could not be read: the next run begins at the same position. */
  | { kind: 'silent'; reason: string }
  | { kind: 'surplus'; surplus: Surplus }
  | { kind: 'refunded'; surplus: Surplus }
  | { kind: 'put-off'; surplus: Surplus; reason: string }
  /** An alert: the surplus charge was not refunded, and is not tried any more. */
  | { kind: 'parked'; surplus: Surplus; reason: string }
  /** An alert: a charge under no key of ours. It is not posted. */
  | { kind: 'stray'; charge: BankCharge }
  /** The bank dates a charge more than 5 min ahead of the database's clock: one of the two clocks is wrong. */
  | { kind: 'dated-ahead'; charge: BankCharge }

export interface Reconciled {
  chargesRead: number
  refunded: number
  parked: number
  /** Events that need a person. */
  alerts: number
}

const LIMITS = {
  page: 500,
  /** 100,000 charges a run; a longer list is read on in the next. */
  pages: 200,
  open: 500,
  refunds: 100,
  /** Unknown refunds in a run, after which an unwell bank is left alone until the next one. */
  doubts: 3,
}

/**
 * Compares the bank's own list of charges with our payments, and refunds what was charged beyond them. Any number may run at once, and
 * each may be killed at any moment: every write is written once, and the next run continues from there.
 *
 *     the bank's list ─► settled: nothing to do
 *                     ├► surplus ─► row and posting, one commit ─► refund ─► end and reversal, one commit
 *                     ├► in doubt: the resolver asks about its payment; checked again
 *                     └► stray: an alert; checked again, for its payment may come back from a backup; given back where two admins say so
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
  tally.refunded += await giveBackStrays(run.db, run.gateway, accountOf(run), run.limits.refunds)
  return tally
}

type Run = ReconcileDeps & { limits: typeof LIMITS }

async function readList(run: Run): Promise<void> {
  /** Cursor behind charges that the bank dated ahead of our clock. Never stored: ordinary charges will yet come before it. */
  let ahead: string | null = null
  for (let pages = 0; pages < run.limits.pages; pages++) {
    const { stored, position, now } = await readPosition(run.db, run.gateway.name)
    const page = await run.gateway.charges({
      since: position.since,
      after: ahead ?? position.after,
      limit: run.limits.page,
    })
    if (page.kind === 'unknown') return run.report({ kind: 'silent', reason: page.reason })
    run.report({ kind: 'page-read', charges: page.charges.length })
    const payments = await paymentsOf(run, page.charges)
    for (const charge of page.charges) await handle(run, charge, judge(charge, payments.get(charge.key)))
    if (ahead === null) {
      reportAhead(run, page.charges, now)
      const to = nextPosition(position, page, now)
      await writePosition(run.db, run.gateway.name, stored, to)
      ahead = to.after === null ? page.next : null
    } else ahead = page.next
    if (page.next === null) return
  }
}

/** One charge stands for all of a page, and 5 min for clocks that differ a little. */
function reportAhead(run: Run, charges: BankCharge[], now: Date): void {
  const charge = charges.find(({ at }) => at.getTime() > now.getTime() + OVERLAP_MS)
  if (charge) run.report({ kind: 'dated-ahead', charge })
}

/** Charges that were in doubt or stray when the list was read: since then their payments may have ended, or come back from a backup. */
async function recheckUnexplained(run: Run): Promise<void> {
  const charges = await listUnexplained(run.db, accountOf(run), run.limits.open)
  const payments = await paymentsOf(run, charges)
  for (const charge of charges) {
    const unexplained = await handle(run, charge, judge(charge, payments.get(charge.key)))
    if (!unexplained) await dropUnexplained(run.db, charge.ref)
  }
}

async function giveBack(run: Run): Promise<void> {
  let doubts = 0
  for (const found of await dueSurplus(run.db, accountOf(run), run.limits.refunds)) {
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

/** Compares a charge with the payment of its key. Pure. Final once the payment is, since a payment that has ended never moves again. */
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
    // Captured, and its commit is still to come; or a restored database has forgotten it (`dueAuthorisations`).
    case 'authorised':
      return { kind: 'in-doubt' }
    case 'succeeded':
      return payment.gatewayRef === ref ? { kind: 'settled' } : { kind: 'surplus', payment, currency }
    case 'declined':
    case 'not_charged':
    case 'voided':
      return { kind: 'surplus', payment, currency }
  }
}

/** Stores what follows from a verdict. @returns whether the charge is still unexplained */
async function handle(run: Run, charge: BankCharge, verdict: ChargeVerdict): Promise<boolean> {
  switch (verdict.kind) {
    case 'settled':
      return false
    case 'surplus':
      await record(run, charge, verdict)
      return false
    case 'in-doubt':
      await keepUnexplained(run.db, accountOf(run), charge, verdict.kind)
      return true
    case 'stray':
      if (await isAccountedFor(run.db, charge.ref)) return false
      // Reported first: killed in between, operators are alerted twice rather than never.
      if (!(await isStray(run.db, charge.ref))) run.report({ kind: 'stray', charge })
      await keepUnexplained(run.db, accountOf(run), charge, verdict.kind)
      return true
  }
}

/** Records what is left of the charge as surplus; what the bank has refunded by itself is not owed any more. */
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

function accountOf({ own }: Run): string | null {
  return own?.account ?? null
}

async function paymentsOf({ db, own }: Run, charges: BankCharge[]): Promise<Map<string, PaymentOfKey>> {
  if (charges.length === 0) return new Map()
  const keys = [...new Set(charges.map(({ key }) => key))]
  const found = await rows(
    db,
    paymentOfKey,
    sql`
      SELECT gateway_key AS "gatewayKey", merchant_id::text AS "merchantId", id::text, status, gateway_ref AS "gatewayRef"
      FROM payment WHERE gateway_key = ANY(${keys})
        AND (${own?.merchantId ?? null}::uuid IS NULL OR merchant_id = ${own?.merchantId ?? null}::uuid)`,
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

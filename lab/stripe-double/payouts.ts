import type Stripe from 'stripe'
import type { Account } from './account'
import { newId } from './objects'

/** What happens in the account without a request of ours: on command of a test. */

function newPayout(amount: number, currency: string, created: number) {
  return {
    id: newId('po'),
    object: 'payout',
    amount,
    application_fee: null,
    application_fee_amount: null,
    arrival_date: created,
    automatic: true,
    balance_transaction: null as string | null,
    created,
    currency,
    description: null,
    destination: null,
    failure_balance_transaction: null as string | null,
    failure_code: null,
    failure_message: null,
    livemode: false,
    metadata: null,
    method: 'standard',
    original_payout: null,
    payout_method: null,
    reconciliation_status: 'completed',
    reversed_by: null,
    source_type: 'card',
    statement_descriptor: null,
    status: 'paid',
    trace_id: null,
    type: 'bank_account',
  } satisfies Stripe.Payout
}
export type Payout = ReturnType<typeof newPayout>

/** Pays what the account has in a currency to the bank account. @returns the payout */
export function payOut(account: Account, currency: string): Payout {
  const owed = account.balances.filter((one) => one.currency === currency)
  const amount = owed.reduce((sum, { net }) => sum + net, 0)
  const payout = newPayout(amount, currency, account.seconds())
  account.payouts.push(payout)
  payout.balance_transaction = account.move({ type: 'payout', amount: -amount, currency, source: payout.id })
  account.events.emit('payout.paid', payout)
  return payout
}

/** The bank account did not take a payout: its money comes back. */
export function failPayout(account: Account, payout: Payout): void {
  const { amount, currency, id: source } = payout
  payout.failure_balance_transaction = account.move({ type: 'payout_failure', amount, currency, source })
  account.events.emit('payout.failed', payout)
}

/** A fee of its own, as for a report or a reader. */
export function chargeFee(account: Account, amount: number, currency: string): void {
  account.move({ type: 'stripe_fee', amount: -amount, currency, source: null })
}

/** The card's bank returns a refund that had succeeded, as it may for weeks. */
export function failRefund(account: Account, id: string): void {
  const refund = account.refunds.find((one) => one.id === id)
  if (refund?.status !== 'succeeded') throw new Error(`refund ${id} cannot fail`)
  const { amount, currency, charge } = refund
  const refunded = account.charge(charge)
  refund.status = 'failed'
  refund.failure_reason = 'lost_or_stolen_card'
  refund.failure_balance_transaction = account.move({ type: 'refund_failure', amount, currency, source: id })
  refunded.amount_refunded -= amount
  refunded.refunded = false
  account.events.emit('refund.failed', refund)
}

/** A payment that somebody takes in Stripe's own dashboard: without any key of ours. @returns the charge's id */
export async function payElsewhere(account: Account, amount: number, currency: string): Promise<string> {
  const intent = account.createIntent({ amount, currency, metadata: {} })
  const { latest_charge } = await account.confirm(intent.id, 'pm_card_visa', undefined)
  return latest_charge ?? ''
}

/**
 * A card that somebody authorises in Stripe's own dashboard, to capture it later: a charge that moves no money. `captured`: they have, this part.
 * @returns the charge's id
 */
export async function authoriseElsewhere(account: Account, amount: number, captured = 0): Promise<string> {
  const intent = account.createIntent({ amount, currency: 'eur', metadata: {} })
  await account.confirm(intent.id, 'pm_card_visa', undefined, 'manual')
  if (captured > 0) await account.capture(intent.id, captured)
  return intent.latest_charge ?? ''
}

/** A refund that somebody makes in Stripe's own dashboard. */
export function refundElsewhere(account: Account, chargeId: string, amount: number) {
  return account.refund(chargeId, amount, {})
}

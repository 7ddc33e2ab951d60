import type Stripe from 'stripe'
import type { BankMovement, ChargesQuery, MovementKind, MovementsPage } from '../gateway'
import type { Call, Deadline, StripeCalls } from './calls'
import type { IntentStore } from './intents'
import { type ListParams, listOldestFirst } from './oldest-first'
import { KEY } from './outcome'

/** A page of the account's balance transactions, oldest first, each with the object that moved. */
export async function listMovements(
  intents: IntentStore,
  calls: StripeCalls,
  deadline: Deadline,
  query: ChargesQuery,
): Promise<MovementsPage> {
  const page = await listOldestFirst(
    (params) => list(calls, deadline, params),
    () => intents.firstAt(),
    query,
  )
  if (page.kind === 'unknown') return page
  return { kind: 'page', movements: page.items.map(bankMovement), next: page.next }
}

/** Types of Stripe whose meaning does not depend on what moved (docs.stripe.com/reports/balance-transaction-types). */
const KINDS: Partial<Record<Stripe.BalanceTransaction.Type, MovementKind>> = {
  charge: 'charge',
  payment: 'charge',
  refund: 'refund',
  payment_refund: 'refund',
  refund_failure: 'refund_failure',
  payment_failure_refund: 'payment_failure',
  stripe_fee: 'fee',
  stripe_fx_fee: 'fee',
  payout: 'payout',
  payout_cancel: 'payout_failure',
  payout_failure: 'payout_failure',
}

/** Pure. What a balance transaction is to us; a type that we do not know is `other`, and never guessed. */
export function bankMovement(moved: Stripe.BalanceTransaction): BankMovement {
  const source = typeof moved.source === 'object' ? moved.source : null
  return {
    ref: moved.id,
    kind: kindOf(moved, source),
    amountMinor: BigInt(moved.amount),
    feeMinor: BigInt(moved.fee),
    currency: moved.currency.toUpperCase(),
    subjectRef: source?.id ?? (typeof moved.source === 'string' ? moved.source : null),
    chargeRef: chargeOf(source),
    key: keyOf(source),
    at: new Date(moved.created * 1_000),
  }
}

function kindOf(
  moved: Stripe.BalanceTransaction,
  source: Stripe.BalanceTransactionSource | null,
): MovementKind {
  // What a dispute takes and gives back is an adjustment, like much else.
  if (moved.type === 'adjustment' && source?.object === 'dispute')
    return moved.amount < 0 ? 'dispute' : 'dispute_reversal'
  return KINDS[moved.type] ?? 'other'
}

function chargeOf(source: Stripe.BalanceTransactionSource | null): string | null {
  if (source?.object === 'charge') return source.id
  if (source?.object !== 'refund' && source?.object !== 'dispute') return null
  return typeof source.charge === 'string' ? source.charge : (source.charge?.id ?? null)
}

function keyOf(source: Stripe.BalanceTransactionSource | null): string | null {
  if (source?.object !== 'charge' && source?.object !== 'refund') return null
  return source.metadata?.[KEY] ?? null
}

function list(
  calls: StripeCalls,
  deadline: Deadline,
  params: ListParams,
): Promise<Call<Stripe.ApiList<Stripe.BalanceTransaction>>> {
  return calls.ask(
    {
      endpoint: 'list',
      isAnswer: ({ object, data }) => object === 'list' && Array.isArray(data) && data.every(isMovement),
      send: (stripe, options) =>
        stripe.balanceTransactions.list({ ...params, expand: ['data.source'] }, options),
    },
    deadline,
  )
}

function isMovement({ object, amount, fee, net, created }: Stripe.BalanceTransaction): boolean {
  return (
    object === 'balance_transaction' &&
    [amount, fee, net, created].every(Number.isSafeInteger) &&
    amount - fee === net
  )
}

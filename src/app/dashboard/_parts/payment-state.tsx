import { Badge } from '@/ui/badge'
import { Money } from '@/ui/money'
import { PaymentStatus, type PaymentStatusName } from '@/ui/status'
import { type ChargeCount, isEnded, surplusBadge } from './bank-sentences'
import { disputeBadge } from './dispute-words'

interface PaymentSummary extends ChargeCount {
  status: Exclude<PaymentStatusName, 'refunded' | 'parked'>
  parked: boolean
  amount: number
  /** Of refunds that have not failed, those under way included. */
  amountRefunded: number
  amountRefundUnderWay: number
  /** Of its disputes: what the bank holds, and what was lost. */
  amountDisputed: number
  amountDisputeLost: number
  currency: string
}

/** Changes when what is shown of a payment's state does. */
export function stateKey(payment: PaymentSummary): string {
  const { status, parked, amountRefunded, amountRefundUnderWay, amountDisputed, amountDisputeLost } = payment
  const surplus = surplusBadge(payment)
  return JSON.stringify([
    status,
    parked,
    amountRefunded,
    amountRefundUnderWay,
    amountDisputed,
    amountDisputeLost,
    surplus,
  ])
}

/** A payment's status, with what was refunded or is being refunded, what is disputed, and what the bank charged beyond it. */
export function PaymentState({ payment }: { payment: PaymentSummary }) {
  const { status, parked, amount, amountRefunded, amountRefundUnderWay, currency } = payment
  const refunded = amountRefunded - amountRefundUnderWay
  const surplus = surplusBadge(payment)
  const disputed = disputeBadge(payment)
  const shown =
    refunded > 0 && refunded === amount ? 'refunded' : parked && !isEnded(payment) ? 'parked' : status
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-0.5 max-md:max-w-44 max-md:justify-end">
      <PaymentStatus status={shown} />
      {surplus && <Badge tone={surplus.tone}>{surplus.word}</Badge>}
      {disputed && <Badge tone={disputed.tone}>{disputed.word}</Badge>}
      {refunded > 0 && refunded < amount && <Part amount={refunded} currency={currency} what="refunded" />}
      {amountRefundUnderWay > 0 && (
        <Part amount={amountRefundUnderWay} currency={currency} what="refund under way" />
      )}
    </span>
  )
}

function Part({ amount, currency, what }: { amount: number; currency: string; what: string }) {
  return (
    <span className="whitespace-nowrap text-ink-3 text-xs">
      <Money minor={amount} currency={currency} /> {what}
    </span>
  )
}

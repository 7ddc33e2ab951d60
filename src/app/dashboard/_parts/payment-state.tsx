import { Money } from '@/ui/money'
import { PaymentStatus, type PaymentStatusName } from '@/ui/status'

interface PaymentSummary {
  status: PaymentStatusName
  amount: number
  amountRefunded: number
  currency: string
}

/** A payment's status, with the amount refunded. */
export function PaymentState({ payment }: { payment: PaymentSummary }) {
  const { status, amount, amountRefunded, currency } = payment
  if (amountRefunded === amount) return <PaymentStatus status="refunded" />
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-0.5">
      <PaymentStatus status={status} />
      {amountRefunded > 0 && (
        <span className="whitespace-nowrap text-ink-3 text-xs">
          <Money minor={amountRefunded} currency={currency} /> refunded
        </span>
      )}
    </span>
  )
}

import { formatMoney } from '@/lib/money'
import { buttonClass } from '@/ui/button'
import { Icon } from '@/ui/icon'
import type { CheckoutOrder } from './order'

/** A paid order has nothing to press: it shows what was paid, and where the receipt is. */
export function AlreadyPaid({ order }: { order: CheckoutOrder }) {
  return (
    <section className="rounded-lg border border-line bg-surface px-6 py-10 text-center shadow-card sm:px-10">
      <span className="mx-auto mb-5 flex size-12 items-center justify-center rounded-full bg-ok-soft text-ok">
        <Icon name="check" size={22} />
      </span>
      <h1 tabIndex={-1} className="font-semibold text-xl">
        This order is already paid
      </h1>
      <p className="mt-3 text-ink-2 text-sm">You were charged {formatMoney(order.amount, order.currency)}, once.</p>
      {order.payment?.receiptUrl && (
        <a href={order.payment.receiptUrl} className={buttonClass('secondary', 'md', 'mt-6')}>
          See the receipt
        </a>
      )}
    </section>
  )
}

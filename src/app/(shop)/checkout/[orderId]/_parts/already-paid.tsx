import { formatMoney } from '@/lib/money'
import { Timestamp } from '@/ui/timestamp'
import type { CheckoutOrder } from './order'
import { Panel, PanelLink } from './panel'

/** A paid order has nothing to press: it shows what was paid, and where the receipt is. */
export function AlreadyPaid({ order }: { order: CheckoutOrder }) {
  const { payment } = order
  return (
    <Panel kind="paid" title="This order is already paid" documentTitle="Paid">
      <p>
        You were charged {formatMoney(order.amount, order.currency)}, once
        {payment?.paidAt && (
          <>
            , on <Timestamp at={payment.paidAt} seconds={false} />
          </>
        )}
        .
      </p>
      {payment?.receiptUrl && <PanelLink href={payment.receiptUrl}>See the receipt</PanelLink>}
    </Panel>
  )
}

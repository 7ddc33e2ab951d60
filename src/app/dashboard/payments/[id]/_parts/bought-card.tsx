import { Card, CardHeader, Fact, Facts } from '@/ui/card'
import { CopyId } from '@/ui/copy-id'
import { Money } from '@/ui/money'
import { LINK } from '@/ui/nav'
import { Verbatim } from '@/ui/verbatim'
import type { PaymentData } from '../../../_parts/api'

/** Lines that are shown at once. 5: more are folded, since the facts of the payment come after them. */
const LINES_SHOWN = 5

/** What was bought: the order with its lines, what the program said of the payment, and where a person reads both. */
export function BoughtCard({ payment }: { payment: PaymentData }) {
  const { items, currency, description, reference } = payment
  const rest = items.slice(LINES_SHOWN)
  return (
    <Card>
      <CardHeader title="What was bought" />
      <Lines items={items.slice(0, LINES_SHOWN)} currency={currency} />
      {rest.length > 0 && (
        <details className="border-line border-t">
          <summary className="-outline-offset-2 cursor-pointer px-4 py-2 text-link text-ui sm:px-5">
            {rest.length === 1 ? '1 more line' : `${rest.length} more lines`}
          </summary>
          <Lines items={rest} currency={currency} />
        </details>
      )}
      <div className="border-line border-t px-4 py-1.5 sm:px-5">
        <Facts>
          {description && items.every(({ name }) => name !== description) && (
            <Fact name="Description">
              <Verbatim>{description}</Verbatim>
            </Fact>
          )}
          {reference && (
            <Fact name="Order reference">
              <Verbatim>{reference}</Verbatim>
            </Fact>
          )}
          <Pairs pairs={payment.metadata} />
          <Pairs pairs={payment.orderMetadata} of="order" />
          <Fact name="Order">
            <CopyId id={payment.orderId} />
          </Fact>
          <Fact name="What the customer sees">
            <span className="flex flex-wrap justify-end gap-x-4 gap-y-1">
              <a href={payment.checkoutPath} className={LINK}>
                Checkout
              </a>
              <a href={payment.receiptPath} className={LINK}>
                Receipt
              </a>
            </span>
          </Fact>
        </Facts>
      </div>
    </Card>
  )
}

function Lines({ items, currency }: { items: PaymentData['items']; currency: string }) {
  return (
    <ul className="divide-y divide-line">
      {items.map(({ name, quantity, unitAmount }, index) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: the lines of an order keep their places, and may be alike
          key={index}
          className="flex items-baseline justify-between gap-x-4 px-4 py-2 text-ui sm:px-5"
        >
          <span className="min-w-0">
            <Verbatim>{name}</Verbatim>
            {quantity > 1 && <span className="figures text-ink-3"> × {quantity.toLocaleString('en')}</span>}
          </span>
          <Money minor={BigInt(unitAmount) * BigInt(quantity)} currency={currency} className="shrink-0" />
        </li>
      ))}
    </ul>
  )
}

/** Metadata: the merchant's own names and values. */
function Pairs({ pairs, of = '' }: { pairs: Record<string, string>; of?: string }) {
  return Object.entries(pairs).map(([name, value]) => (
    <Fact
      key={name}
      name={
        <>
          <Verbatim className="font-mono text-xs">{name}</Verbatim>
          {of && <span className="text-xs"> of the {of}</span>}
        </>
      }
    >
      <Verbatim className="font-mono text-xs">{value}</Verbatim>
    </Fact>
  ))
}

import { formatMoney } from '@/lib/money'
import { Fact, Facts } from '@/ui/card'
import { CopyId } from '@/ui/copy-id'
import { Icon } from '@/ui/icon'
import { Money } from '@/ui/money'
import { Glyph } from '@/ui/status'
import { Timestamp } from '@/ui/timestamp'
import { PrintButton } from './print-button'
import type { Receipt } from './receipt'
import { ReceiptTitle } from './receipt-title'

export function PaidReceipt({ receipt }: { receipt: Receipt }) {
  const amount = formatMoney(receipt.amount, receipt.currency)
  return (
    <article className="mx-auto max-w-lg overflow-hidden rounded-lg border border-line bg-surface shadow-card print:max-w-none print:border-0 print:shadow-none">
      <div className="px-6 pt-10 pb-8 text-center sm:px-8 print:pt-0">
        <span className="mx-auto mb-5 flex size-14 items-center justify-center rounded-full bg-ok-soft text-ok">
          <Icon name="check" size={28} />
        </span>
        <ReceiptTitle>Paid {amount}</ReceiptTitle>
        <p className="mt-1.5 text-ink-2">to {receipt.merchantName}</p>
      </div>

      <div className="border-line border-t px-6 py-3 sm:px-8">
        <Facts>
          {receipt.paidAt && (
            <Fact name="Date">
              <Timestamp at={receipt.paidAt} seconds={false} />
            </Fact>
          )}
          {receipt.cardLabel && <Fact name="Paid with">{receipt.cardLabel}</Fact>}
          {receipt.reference && <Fact name="Order">{receipt.reference}</Fact>}
        </Facts>
      </div>

      <ul className="border-line border-t px-6 py-5 sm:px-8">
        {receipt.items.map((item, position) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an order's items are numbered by their position, also in the table
          <li key={position} className="flex items-baseline justify-between gap-4 py-1 text-sm">
            <span className="min-w-0 break-words">
              {item.name} <span className="figures text-ink-3">× {item.quantity}</span>
            </span>
            <Money minor={item.quantity * item.unitAmount} currency={receipt.currency} />
          </li>
        ))}
        <li className="mt-2 flex items-baseline justify-between border-line border-t pt-3 font-semibold">
          Total <Money minor={receipt.amount} currency={receipt.currency} />
        </li>
      </ul>

      <ProofOfOneCharge receipt={receipt} />
      <div className="flex justify-center border-line border-t px-6 py-5 print:hidden">
        <PrintButton />
      </div>
    </article>
  )
}

/** What was asked, what was charged, and where to look it up. */
function ProofOfOneCharge({ receipt }: { receipt: Receipt }) {
  return (
    <details className="group border-line border-t bg-muted/50 print:bg-transparent">
      <summary className="flex min-h-12 cursor-pointer list-none items-center gap-2 px-6 font-medium text-sm sm:px-8 [&::-webkit-details-marker]:hidden">
        <Glyph outcome="executed" />
        Proof of one charge
        <Icon name="chevronDown" className="ml-auto text-ink-3 group-open:rotate-180 print:hidden" />
      </summary>
      <div className="px-6 pb-5 sm:px-8">
        <Facts>
          <Fact name="Presses of Pay">
            <span className="figures">{Math.max(receipt.presses, receipt.requests)}</span>
          </Fact>
          <Fact name="Requests received">
            <span className="figures">{receipt.requests}</span>
          </Fact>
          <Fact name="Charges made">
            <span className="figures font-semibold text-ok">{receipt.charges}</span>
          </Fact>
          {receipt.ledgerTransactionId && (
            <Fact name="Ledger transaction">
              <CopyId id={receipt.ledgerTransactionId} />
            </Fact>
          )}
          <Fact name="Payment">
            <CopyId id={receipt.paymentId} />
          </Fact>
          <Fact name="Verification code">
            <span className="font-mono text-ui">{receipt.verificationCode}</span>
          </Fact>
        </Facts>
      </div>
    </details>
  )
}

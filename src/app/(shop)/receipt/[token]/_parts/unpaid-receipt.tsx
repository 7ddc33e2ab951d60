import { formatMoney } from '@/lib/money'
import { buttonClass } from '@/ui/button'
import { Icon, Spinner } from '@/ui/icon'
import type { Receipt } from './receipt'
import { ReceiptTitle } from './receipt-title'
import { Refresh } from './refresh'

/** A receipt's address of a payment that is not paid: it says how it stands, and changes by itself while that is open. */
export function UnpaidReceipt({ receipt }: { receipt: Receipt }) {
  const { title, body, open } = WORDS[receipt.status as Exclude<Receipt['status'], 'succeeded'>]
  return (
    <section className="mx-auto max-w-lg rounded-lg border border-line bg-surface px-6 py-10 text-center shadow-card sm:px-10">
      <span className="mx-auto mb-5 flex size-12 items-center justify-center rounded-full bg-muted text-ink-2">
        {open ? <Spinner size={22} /> : <Icon name="info" size={22} />}
      </span>
      <ReceiptTitle>{title}</ReceiptTitle>
      <p role="status" className="mx-auto mt-3 max-w-[46ch] text-balance text-ink-2 text-sm">
        {body}
      </p>
      <p className="mt-4 text-ink-3 text-ui">
        {formatMoney(receipt.amount, receipt.currency)}
        {receipt.reference && ` · order ${receipt.reference}`}
      </p>
      {open && <Refresh everyMs={3_000} />}
      {(!open || receipt.status === 'requires_action') && (
        <a href={`/checkout/${receipt.orderId}`} className={buttonClass('secondary', 'md', 'mt-6')}>
          Back to the order
        </a>
      )}
    </section>
  )
}

const CHECKING = {
  title: 'We are checking your payment',
  body: 'We do not know yet whether it went through. We are asking the bank; this page changes by itself. You will not be charged twice.',
  open: true,
}

const WORDS: Record<Exclude<Receipt['status'], 'succeeded'>, { title: string; body: string; open: boolean }> = {
  sending: CHECKING,
  unknown: CHECKING,
  requires_action: {
    title: 'Your bank is waiting for you',
    body: 'This payment needs your confirmation. Nothing is charged before you give it; this page changes by itself afterwards.',
    open: true,
  },
  declined: { title: 'This payment was declined', body: 'Your bank declined the card. Nothing was charged.', open: false },
  not_charged: { title: 'This payment did not go through', body: 'The bank told us that nothing was charged.', open: false },
}

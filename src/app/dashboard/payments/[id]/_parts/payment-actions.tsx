'use client'
import { useState } from 'react'
import { api, type PaymentData } from '../../../_parts/api'
import { Menu, type MenuItem } from '../../../_parts/menu'
import { EndButtons } from './end/end-buttons'
import { NOTE_FIELD } from './notes-card'
import { ReceiptDialog } from './receipt-dialog'
import { RefundButton } from './refund/refund-button'

/** What an operator may do with this payment. What it did is said beside the buttons. */
export function PaymentActions({ payment, onChange }: { payment: PaymentData; onChange(): void }) {
  const [said, setSaid] = useState('')
  const [sending, setSending] = useState(false)
  const copyReceipt = () => {
    const url = new URL(payment.receiptPath, window.location.origin)
    navigator.clipboard?.writeText(url.href).then(
      () => setSaid('The link is copied.'),
      () => setSaid('The browser did not allow copying. Open the receipt instead.'),
    )
  }
  const askAgain = () => {
    api.idempotency.askAgain.mutate({ id: payment.recordId }).then(
      () => {
        setSaid('The bank is being asked now.')
        onChange()
      },
      () => setSaid('The request did not get through. Try again.'),
    )
  }
  const items: MenuItem[] = [
    ...(payment.waitsForPerson
      ? [{ label: 'Ask the bank again', needs: 'support' as const, act: askAgain }]
      : []),
    ...(payment.status === 'succeeded'
      ? [{ label: 'Send the receipt by e-mail', needs: 'support' as const, act: () => setSending(true) }]
      : []),
    { label: 'Copy link to the receipt', act: copyReceipt },
    { label: 'Open the receipt', href: payment.receiptPath },
    { label: 'Write a note', needs: 'support', act: () => document.getElementById(NOTE_FIELD)?.focus() },
    { label: 'Its idempotency record', href: `/dashboard/idempotency/${payment.recordId}` },
  ]
  return (
    <span className="flex flex-wrap items-center gap-2">
      <span role="status" className="text-ink-2 text-ui empty:sr-only">
        {said}
      </span>
      <EndButtons payment={payment} onChange={onChange} />
      <RefundButton payment={payment} onChange={onChange} />
      <Menu label="More actions of this payment" items={items} />
      {sending && (
        <ReceiptDialog
          payment={payment.id}
          onClose={() => setSending(false)}
          onSent={(to) => setSaid(`The mail to ${to} is in the queue.`)}
        />
      )}
    </span>
  )
}

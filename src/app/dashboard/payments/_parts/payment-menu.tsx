'use client'
import { api, type PaymentRow } from '../../_parts/api'
import { Menu, type MenuItem } from '../../_parts/menu'

/** What can be done with a payment of the list. Where it fails, its own page says why. */
export function PaymentMenu({ payment }: { payment: PaymentRow }) {
  const link = `/dashboard/payments/${payment.id}`
  const askAgain = () => {
    api.idempotency.askAgain.mutate({ id: payment.recordId }).catch(() => window.location.assign(link))
  }
  const items: MenuItem[] = [
    { label: 'Open', href: link },
    ...(payment.status === 'succeeded'
      ? [{ label: 'Refund', needs: 'support' as const, href: `${link}#refund` }]
      : []),
    ...(payment.parked ? [{ label: 'Ask the bank again', needs: 'support' as const, act: askAgain }] : []),
    { label: 'Copy its ID', act: () => void navigator.clipboard?.writeText(payment.id) },
    { label: 'Its idempotency record', href: `/dashboard/idempotency/${payment.recordId}` },
  ]
  return <Menu label={`Actions of payment ${payment.id}`} items={items} />
}

/** Where the object of an entry is: its own page, or the page that has it. Null: it has none. */
export function audited({ action, subject, detail }: { action: string; subject: string; detail: string }): {
  href: string
  word: string
} | null {
  const payment = /\bpayment ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/.exec(detail)?.[1]
  if (payment) return { href: `/dashboard/payments/pay_${payment.replaceAll('-', '')}`, word: 'Payment' }
  const [kind = ''] = action.split('.')
  switch (kind) {
    case 'webhook':
      return { href: `/dashboard/webhooks/whe_${subject.replaceAll('-', '')}`, word: 'Endpoint' }
    case 'record':
      return { href: `/dashboard/idempotency/${encodeURIComponent(subject)}`, word: 'Record' }
    case 'stripe-event':
      return { href: `/dashboard/inbox/${encodeURIComponent(subject)}`, word: 'Event' }
    case 'api-key':
      return { href: '/dashboard/developers', word: 'API keys' }
    case 'balance-limit':
      return { href: `/dashboard/ledger/acc_${subject.replaceAll('-', '')}`, word: 'Account' }
    case 'link':
      return { href: '/dashboard/links', word: 'Payment links' }
    case 'settings':
      return { href: '/dashboard/settings', word: 'Settings' }
    case 'alert':
      return { href: '/dashboard/alerts', word: 'Alerts' }
    case 'operator':
    case 'invitation':
    case 'factors':
      return { href: '/dashboard/operators', word: 'Team' }
    default:
      return null
  }
}

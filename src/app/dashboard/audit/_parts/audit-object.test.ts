import { expect, test } from 'vitest'
import { audited } from './audit-object'

const ID = '018f3c2a-9d4e-7c31-b2a4-5f60718293a4'
const HEX = ID.replaceAll('-', '')

test.each([
  ['refund.begun', ID, `500 EUR of payment ${ID}`, `/dashboard/payments/pay_${HEX}`],
  ['payment.noted', ID, `payment ${ID}, 12 characters`, `/dashboard/payments/pay_${HEX}`],
  ['webhook.changed', ID, 'url https://example.com', `/dashboard/webhooks/whe_${HEX}`],
  ['record.asked-again', 'a/b', '', '/dashboard/idempotency/a%2Fb'],
  ['operator.role-changed', ID, 'admin', '/dashboard/operators'],
  ['settings.changed', ID, 'accent #0f766e', '/dashboard/settings'],
  ['balance-limit.set', ID, '€100.00', `/dashboard/ledger/acc_${HEX}`],
])('%s leads to where its object is', (action, subject, detail, href) => {
  expect(audited({ action, subject, detail })?.href).toBe(href)
})

test('a sign-in and a file lead nowhere', () => {
  expect(audited({ action: 'sign-in', subject: ID, detail: '' })).toBe(null)
  expect(audited({ action: 'file.exported', subject: 'payments', detail: 'payment=1' })).toBe(null)
})

import { describe, expect, test } from 'vitest'
import type { ReadReceipt } from '@/checkout/receipts/mail'
import { everyRow, overclaims, type PaymentTruth, surplusCounts } from '@/shop/testing/claims'
import { receiptWriter } from './receipt-text'

const AT = new Date('2026-11-27T15:30:00Z')
const write = receiptWriter('https://pay.example')

function receiptOf(row: PaymentTruth, more: Partial<ReadReceipt> = {}): ReadReceipt {
  const sumOf = (end: PaymentTruth['surplus'][number]) =>
    row.amount * row.surplus.filter((each) => each === end).length
  return {
    ...{
      status: row.status,
      parked: row.parked,
      fromPage: row.fromPage,
      amount: row.amount,
      released: row.released,
      currency: 'EUR',
    },
    ...{ refunded: row.refunded + row.underWay, refundUnderWay: row.underWay, listIsWhole: row.listIsWhole },
    ...{ surplusRefundedAmount: sumOf('refunded'), surplusDueAmount: sumOf('found') },
    ...{ surplusParkedAmount: sumOf('parked'), ...surplusCounts(row), requests: 1, held: 0 },
    ...{
      paymentId: 'pay_1',
      orderId: 'ord_1',
      ledgerTransactionId: 'txn_1',
      verificationCode: '0123456789ab',
    },
    ...{
      merchantName: 'Harbour Goods',
      brand: null,
      statementWords: null,
      successUrl: null,
      reference: 'R-1',
      cardLabel: 'Visa •••• 4242',
      earlierCode: null,
    },
    ...{
      paidAt: AT.toISOString(),
      listReadAt: null,
      items: [{ name: 'Tea', quantity: 1, unitAmount: row.amount }],
    },
    ...more,
  }
}

const mailOf = (receipt: ReadReceipt, locale: 'en' | 'ar' | null, testMode = false) =>
  write(receipt, { receiptToken: 'token', locale, testMode, at: AT })
const PAID = everyRow().find(
  (row) => row.status === 'succeeded' && row.charges === 1 && row.refunded === 0,
) as PaymentTruth

describe.each(['en', 'ar'] as const)('every line of the mail in %s', (language) => {
  test('says no more than its facts, for each payment that succeeded', () => {
    const rows = everyRow().filter((row) => row.status === 'succeeded' && row.charges > 0)
    expect(rows.length).toBeGreaterThan(20)
    const wrong = rows.flatMap((row) =>
      mailOf(receiptOf(row), language)
        .body.split('\n')
        // Of the sum that was refunded, by its own word, as on the page.
        .filter((line) => !/^(Refunded|المبلغ المُعاد): /.test(line))
        .flatMap((line) => overclaims(language, line, row).map((why) => `${why}: ${line}`)),
    )
    expect([...new Set(wrong)]).toEqual([])
  })
})

test('names a sum that was refunded only where it was', () => {
  for (const row of everyRow().filter(({ status, charges }) => status === 'succeeded' && charges > 0))
    expect(mailOf(receiptOf(row), 'en').body.includes('\nRefunded: ')).toBe(row.refunded > 0)
})

test('no name of a shop, an order or an item makes a line or a header of its own', () => {
  const evil = 'Tea\r\nBcc: eve@example.com\u2028Paid €0.00\u0007'
  const { subject, body } = mailOf(
    receiptOf(PAID, {
      merchantName: evil.repeat(9),
      reference: evil,
      items: [{ name: evil, quantity: 1, unitAmount: 1 }],
    }),
    'en',
  )
  expect(subject).toMatch(/^[^\p{Cc}\p{Zl}]{1,200}$/u)
  expect(body.split(/[\r\n\u2028]/).filter((line) => /^(Bcc|Paid €0)/.test(line))).toEqual([])
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  expect(body).not.toMatch(/[\x00-\x09\x0b-\x1f]/)
})

test('without a known language it is English; only a test payment is called one', () => {
  expect(mailOf(receiptOf(PAID), null).body).toMatch(/^Paid €\S+ to Harbour Goods\n/)
  expect(mailOf(receiptOf(PAID), null).body).not.toContain('Test mode')
  expect(mailOf(receiptOf(PAID), 'ar', true).body).toContain('وضع الاختبار')
})

import { createTranslator } from 'use-intl/core'
import { describe, expect, test } from 'vitest'
import { paidSentences, proofOf, type ReceiptFacts, unpaidSentences } from '@/checkout/receipts/sentences'
import { LANGUAGES } from '@/i18n/locale'
import { MESSAGES } from '@/i18n/messages'
import { formatMoney } from '@/lib/money'
import { everyRow, type Language, overclaims, type PaymentTruth, surplusCounts } from '../testing/claims'

function receiptOf(row: PaymentTruth, more: Partial<ReceiptFacts> = {}): ReceiptFacts {
  const { status, parked, amount, released, refunded, underWay, fromPage, listIsWhole } = row
  const sumOf = (end: PaymentTruth['surplus'][number]) =>
    amount * row.surplus.filter((each) => each === end).length
  return {
    ...{
      status,
      parked,
      amount,
      released,
      fromPage,
      listIsWhole,
      requests: 1,
      held: 24,
      ...surplusCounts(row),
    },
    refunded: refunded + underWay,
    refundUnderWay: underWay,
    surplusRefundedAmount: sumOf('refunded'),
    surplusDueAmount: sumOf('found'),
    surplusParkedAmount: sumOf('parked'),
    ...more,
  }
}

const translators = { en: translator('en'), ar: translator('ar') }

function translator(language: Language) {
  const { tag } = LANGUAGES[language]
  const t = createTranslator({
    locale: tag,
    messages: MESSAGES[language] as never,
    namespace: 'receipt' as never,
  })
  return (key: string, minor = 0) =>
    t.markup(key as never, { amount: formatMoney(minor, 'EUR', tag), money: (text: string) => text } as never)
}

/** Every sentence of the receipt of this payment, in a language, as it is read. */
function sentencesOf(language: Language, receipt: ReceiptFacts): string[] {
  const say = translators[language]
  if (receipt.status !== 'succeeded') {
    const { text, notes } = unpaidSentences(receipt)
    return [
      say(`${text}.title`),
      say(`${text}.body`),
      ...notes.map((note) => say(`note.${note.text}`, note.amount)),
    ]
  }
  const { title, notes } = paidSentences(receipt)
  const proof = proofOf(receipt)
  return [
    say(title, receipt.amount),
    ...notes.map((note) => say(`note.${note.text}`, note.amount)),
    say(`proof.${proof.title}`),
    ...(proof.presses === null ? [] : [say('proof.presses')]),
  ]
}

describe.each(['en', 'ar'] as const)('every sentence of the receipt in %s', (language) => {
  test('says no more than its facts, for each outcome × charges at the bank × parked × refunds × origin', () => {
    const wrong = everyRow()
      // A payment that our books call paid has a charge: an invariant of its own.
      .filter((row) => row.status !== 'succeeded' || row.charges > 0)
      .flatMap((row) =>
        sentencesOf(language, receiptOf(row)).flatMap((text) =>
          overclaims(language, text, row).map((why) => `${why}: ${text}`),
        ),
      )
    expect([...new Set(wrong)]).toEqual([])
  })

  test('says what is known: the sum charged beyond the payment, with its end, and refunds done and under way', () => {
    for (const row of everyRow()) {
      const text = sentencesOf(language, receiptOf(row)).join(' ')
      const money = formatMoney(row.amount * row.surplus.length, 'EUR', LANGUAGES[language].tag)
      if (row.surplus.length > 0) expect(text).toContain(money)
      if (row.status === 'succeeded' && row.underWay > 0)
        expect(text).toContain(formatMoney(row.underWay, 'EUR', LANGUAGES[language].tag))
    }
  })
})

const PAID: PaymentTruth = {
  ...{
    status: 'succeeded',
    parked: false,
    charges: 1,
    listIsWhole: true,
    surplus: [],
    amount: 2400,
    released: 0,
  },
  ...{ refunded: 0, underWay: 0, fromPage: true },
}

test('a refund that is under way is not called refunded', () => {
  expect(sentencesOf('en', receiptOf({ ...PAID, underWay: 2400 }))).toEqual([
    'Paid €24.00',
    'A refund of €24.00 is under way.',
    'Proof of one charge',
    'Pay was pressed',
  ])
})

test('of a payment that was captured in part, what was reserved beyond it is said to be released, in both languages', () => {
  const part = receiptOf({ ...PAID, amount: 1500, released: 900 })
  expect(sentencesOf('en', part).slice(0, 2)).toEqual([
    'Paid €15.00',
    'Another €9.00 had been reserved on your card, and was released. Your bank may take a few days to show it.',
  ])
  expect(sentencesOf('ar', part)[1]).toContain('أُلغي حجزه')
  for (const language of ['en', 'ar'] as const)
    expect(overclaims(language, sentencesOf(language, part)[1] ?? '', PAID)).not.toEqual([])
})

test('charged twice: the receipt says it, and what became of it', () => {
  const charged = (end: PaymentTruth['surplus'][number]) =>
    sentencesOf('en', receiptOf({ ...PAID, charges: 2, surplus: [end] }))
  expect(charged('refunded')).toContain(
    'Your bank charged €24.00 too much. It was refunded; your bank may take a few days to show it.',
  )
  expect(charged('refunded')).toContain('Proof of one charge')
  expect(charged('found')).toContain('Your bank charged €24.00 too much. It is being refunded.')
  expect(charged('found')).toContain('Proof of payment')
  expect(charged('parked').join()).toContain('it is not refunded yet. Ask the shop about it.')
})

test('declined, yet charged: the receipt no longer says that nothing was', () => {
  const declined = receiptOf({ ...PAID, status: 'declined', charges: 1, surplus: ['refunded'] })
  expect(sentencesOf('en', declined).join(' ')).toMatch(
    /Its list shows a charge all the same.*It was refunded/,
  )
})

test('one charge is proven by the bank’s list, not by its answer', () => {
  expect(proofOf(receiptOf(PAID))).toEqual({ title: 'titleOne', presses: 25, counted: 'list' })
  expect(proofOf(receiptOf({ ...PAID, listIsWhole: false }))).toMatchObject({
    title: 'title',
    counted: 'answer',
  })
})

test('presses are named for a page only, and only while its one request is no retry', () => {
  expect(proofOf(receiptOf({ ...PAID, fromPage: false })).presses).toBeNull()
  expect(proofOf(receiptOf(PAID, { requests: 3 })).presses).toBeNull()
})

test('a parked payment does not promise that its page changes by itself', () => {
  const parked: PaymentTruth = { ...PAID, status: 'unknown', charges: 0, parked: true }
  expect(unpaidSentences(receiptOf(parked))).toMatchObject({ text: 'waiting', open: false })
  expect(unpaidSentences(receiptOf({ ...parked, parked: false }))).toMatchObject({
    text: 'checking',
    open: true,
  })
})

test.each<[string, PaymentTruth]>([
  ['لم يُخصم أي مبلغ.', { ...PAID, status: 'unknown', charges: 0 }],
  ['إثبات الخصم مرة واحدة', { ...PAID, listIsWhole: false }],
  ['أُعيد منه €10.00.', PAID],
  ['لن يُخصم منك المبلغ مرتين.', PAID],
  ['خصمنا منك شيئًا.', PAID],
])('the law finds what says too much in Arabic, too: %s', (text, facts) => {
  expect(overclaims('ar', text, facts)).not.toEqual([])
})

test('an authorised payment: the amount is reserved, and the receipt does not say that nothing is known', () => {
  const authorised: PaymentTruth = { ...PAID, status: 'authorised', charges: 0 }
  expect(sentencesOf('en', receiptOf(authorised))[0]).toBe('The amount is reserved')
  expect(sentencesOf('ar', receiptOf(authorised))[0]).toBe('المبلغ محجوز')
  // The list shows a charge: no longer "not charged yet".
  expect(unpaidSentences(receiptOf({ ...authorised, charges: 1 }))).toMatchObject({
    text: 'checking',
    open: true,
  })
})

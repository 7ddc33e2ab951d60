import { receiptPath, verifyPath } from '@/checkout/receipt-path'
import type { ReadReceipt, WriteReceipt } from '@/checkout/receipts/mail'
import { paidSentences, refundedOf } from '@/checkout/receipts/sentences'
import { LANGUAGES } from '@/i18n/locale'
import { receiptText } from '@/i18n/receipt-text'
import { formatMoney } from '@/lib/money'

/** Characters of a name in a line of a mail. 120: more than any shop or product needs. */
const NAME_MAX = 120

/**
 * The words of a mail with a receipt: the sentences of its page, as of the instant at which it is written. Plain text, which every reader shows
 * in both writing directions by the letters in it.
 * @param baseUrl where shoppers reach us
 */
export function receiptWriter(baseUrl: string): WriteReceipt {
  return (receipt, { receiptToken, locale, testMode, at }) => {
    const language = locale ?? 'en'
    const { tag } = LANGUAGES[language]
    const t = receiptText(language)
    const money = (minor: number) => formatMoney(minor, receipt.currency, tag)
    const merchant = oneLine(receipt.merchantName)
    const { title, notes } = paidSentences(receipt)
    const sentences = [
      `${t(title, { amount: money(receipt.amount) })} ${t(title === 'refundedAll' ? 'by' : 'to', { merchant })}`,
      ...notes.map(({ text, amount }) => t(`note.${text}`, { amount: money(amount) })),
      ...(testMode ? [t('mail.testMode')] : []),
    ]
    const facts = [
      ...(receipt.paidAt ? [`${t('date')}: ${timeIn(tag, new Date(receipt.paidAt))}`] : []),
      ...(receipt.cardLabel ? [`${t('method')}: ${receipt.cardLabel}`] : []),
      ...(receipt.reference ? [`${t('order')}: ${oneLine(receipt.reference)}`] : []),
    ]
    const proof = [
      `${t('proof.payment')}: ${receipt.paymentId}`,
      `${t('proof.code')}: ${receipt.verificationCode}`,
    ]
    const body = [
      sentences.join('\n'),
      facts.join('\n'),
      [...itemLines(receipt, money), ...sumLines(receipt, t, money)].join('\n'),
      `${t('mail.page')}\n${baseUrl}${receiptPath(receiptToken)}`,
      `${proof.join('\n')}\n${t('mail.verify')}\n${baseUrl}${verifyPath(receipt)}`,
      [t('mail.asOf', { time: timeIn(tag, at) }), t('mail.why', { merchant })].join('\n'),
    ]
    const subject = t('mail.subject', { merchant, amount: money(receipt.amount) })
    return {
      subject: cut(subject, 200),
      body: `${cut(body.filter((part) => part !== '').join('\n\n'), 99_000)}\n`,
    }
  }
}

function itemLines({ items }: ReadReceipt, money: (minor: number) => string): string[] {
  return items.map(
    ({ name, quantity, unitAmount }) => `${oneLine(name)} × ${quantity}: ${money(quantity * unitAmount)}`,
  )
}

function sumLines(
  receipt: ReadReceipt,
  t: ReturnType<typeof receiptText>,
  money: (minor: number) => string,
): string[] {
  const [refunded, { amount, released }] = [refundedOf(receipt), receipt]
  return [
    `${t('total')}: ${money(amount + released)}`,
    ...(released > 0 ? [`${t('released')}: ${money(-released)}`] : []),
    ...(refunded > 0 ? [`${t('refunded')}: ${money(-refunded)}`] : []),
    ...(refunded + released > 0 ? [`${t('left')}: ${money(amount - refunded)}`] : []),
  ]
}

/** A mail knows no reader's zone, so its times are of UTC and say so. */
function timeIn(tag: string, at: Date): string {
  return new Intl.DateTimeFormat(tag === 'en' ? 'en-GB' : tag, {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: 'UTC',
    timeZoneName: 'short',
  }).format(at)
}

/** What others have named, on one line: it must not look like a line of ours. */
function oneLine(name: string): string {
  return cut(name.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim(), NAME_MAX)
}

const cut = (text: string, max: number) => (text.length > max ? `${text.slice(0, max - 1)}…` : text)

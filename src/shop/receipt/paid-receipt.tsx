import { useLocale, useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { verifyPath } from '@/checkout/receipt-path'
import { paidSentences, proofOf, refundedOf } from '@/checkout/receipts/sentences'
import { formatMoney } from '@/lib/money'
import { buttonClass } from '@/ui/button'
import { Fact, Facts } from '@/ui/card'
import { CopyId } from '@/ui/copy-id'
import { cx } from '@/ui/cx'
import { Icon } from '@/ui/icon'
import { Money } from '@/ui/money'
import { LINK } from '@/ui/nav'
import { Glyph } from '@/ui/status'
import { Timestamp } from '@/ui/timestamp'
import { Verbatim } from '@/ui/verbatim'
import { PrintButton } from './print-button'
import type { Receipt } from './receipt'
import { ReceiptTitle } from './receipt-title'

export function PaidReceipt({ receipt }: { receipt: Receipt }) {
  const t = useTranslations('receipt')
  const common = useTranslations('common')
  const locale = useLocale()
  const { title, notes } = paidSentences(receipt)
  const all = title === 'refundedAll'
  const sum = (minor: number) => ({
    amount: formatMoney(minor, receipt.currency, locale),
    money: (amount: ReactNode) => <bdi className="whitespace-nowrap">{amount}</bdi>,
  })
  return (
    <article className="mx-auto max-w-lg overflow-hidden rounded-lg border border-line bg-surface shadow-card print:max-w-none print:border-0 print:shadow-none">
      <div className="px-6 pt-10 pb-8 text-center sm:px-8 print:pt-0">
        <span className="mx-auto mb-5 flex size-14 items-center justify-center rounded-full bg-ok-soft text-ok">
          <Icon name={all ? 'arrowLeft' : 'check'} size={28} />
        </span>
        <ReceiptTitle>{t.rich(title, sum(receipt.amount))}</ReceiptTitle>
        <p className="mt-1.5 break-words text-ink-2">
          {t.rich(all ? 'by' : 'to', {
            merchant: receipt.merchantName,
            name: (merchant) => <Verbatim>{merchant}</Verbatim>,
          })}
        </p>
        {notes.map(({ text, amount }) => (
          <p key={text} className="mt-3 text-balance text-ink-2 text-sm">
            {t.rich(`note.${text}`, sum(amount))}
          </p>
        ))}
      </div>

      <div className="border-line border-t px-6 py-3 sm:px-8">
        <Facts>
          {receipt.paidAt && (
            <Fact name={t('date')}>
              <Timestamp at={receipt.paidAt} seconds={false} locale={locale} />
            </Fact>
          )}
          {receipt.cardLabel && (
            <Fact name={t('method')}>
              <bdi dir="ltr">{receipt.cardLabel}</bdi>
            </Fact>
          )}
          {receipt.reference && (
            <Fact name={t('order')}>
              <Verbatim>{receipt.reference}</Verbatim>
            </Fact>
          )}
          {receipt.statementWords && (
            <Fact name={t('statement')}>
              <Verbatim>{receipt.statementWords}</Verbatim>
            </Fact>
          )}
        </Facts>
      </div>

      <Items receipt={receipt} />
      <ProofOfOneCharge receipt={receipt} />
      <div className="flex flex-wrap justify-center gap-3 border-line border-t px-6 py-5 print:hidden">
        {receipt.successUrl && (
          <a href={receipt.successUrl} rel="noreferrer" className={buttonClass('primary', 'md', 'min-w-0')}>
            <span className="min-w-0 break-words">
              {common.rich('backTo', {
                merchant: receipt.merchantName,
                name: (merchant) => <Verbatim>{merchant}</Verbatim>,
              })}
            </span>
          </a>
        )}
        <PrintButton>{t('print')}</PrintButton>
      </div>
    </article>
  )
}

function Items({ receipt }: { receipt: Receipt }) {
  const t = useTranslations('receipt')
  const money = { currency: receipt.currency, locale: useLocale() }
  const refunded = refundedOf(receipt)
  return (
    <ul className="border-line border-t px-6 py-5 sm:px-8">
      {receipt.items.map((item, position) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an order's items are numbered by their position, also in the table
        <li key={position} className="flex items-baseline justify-between gap-4 py-1 text-sm">
          <span className="min-w-0 break-words">
            <Verbatim>{item.name}</Verbatim>{' '}
            <span className="figures whitespace-nowrap text-ink-3">× {item.quantity}</span>
          </span>
          <Money minor={item.quantity * item.unitAmount} {...money} />
        </li>
      ))}
      <li className="mt-2 flex items-baseline justify-between border-line border-t pt-3 font-semibold">
        {t('total')} <Money minor={receipt.amount + receipt.released} {...money} />
      </li>
      {receipt.released > 0 && (
        <li className="flex items-baseline justify-between pt-2 text-sm">
          {t('released')} <Money minor={-receipt.released} {...money} />
        </li>
      )}
      {refunded > 0 && (
        <li className="flex items-baseline justify-between pt-2 text-sm">
          {t('refunded')} <Money minor={-refunded} {...money} />
        </li>
      )}
      {refunded + receipt.released > 0 && (
        <li className="flex items-baseline justify-between pt-1 text-sm">
          {t('left')} <Money minor={receipt.amount - refunded} {...money} />
        </li>
      )}
      {receipt.refundUnderWay > 0 && (
        <li className="flex items-baseline justify-between pt-1 text-sm">
          {t('underWay')} <Money minor={receipt.refundUnderWay} {...money} />
        </li>
      )}
    </ul>
  )
}

/** Presses, requests and charges of the payment, with the ids to look them up by. */
function ProofOfOneCharge({ receipt }: { receipt: Receipt }) {
  const t = useTranslations('receipt.proof')
  const link = useTranslations('receipt')
  const common = useTranslations('common')
  const words = { copy: common('copy'), copied: common('copied') }
  const { title, presses, counted } = proofOf(receipt)
  return (
    <details className="group border-line border-t bg-muted/50 print:bg-transparent">
      <summary className="-outline-offset-2 flex min-h-12 cursor-pointer list-none items-center gap-2 px-6 font-medium text-sm sm:px-8 [&::-webkit-details-marker]:hidden">
        <Glyph outcome="executed" />
        {t(title)}
        <Icon name="chevronDown" className="ms-auto text-ink-3 group-open:rotate-180 print:hidden" />
      </summary>
      <div className="px-6 pb-5 sm:px-8">
        <Facts>
          {presses !== null && (
            <Fact name={t('presses')}>
              <span className="figures">{t('times', { count: presses })}</span>
            </Fact>
          )}
          <Fact name={t('requests')}>
            <span className="figures">{receipt.requests}</span>
          </Fact>
          <Fact name={t('charges')}>
            <span className="figures">
              {t(`charged.${counted}`, { count: String(receipt.charges), refunded: receipt.surplusRefunded })}
            </span>
          </Fact>
          {receipt.ledgerTransactionId && (
            <Fact name={t('transaction')}>
              <CopyId id={receipt.ledgerTransactionId} words={words} />
            </Fact>
          )}
          <Fact name={t('payment')}>
            <CopyId id={receipt.paymentId} words={words} />
          </Fact>
          <Fact name={t('code')}>
            <bdi dir="ltr" className="font-mono text-ui">
              {receipt.verificationCode}
            </bdi>{' '}
            <a className={cx(LINK, 'print:hidden')} href={verifyPath(receipt)}>
              {link('verifyLink')}
            </a>
            <bdi dir="ltr" className="hidden break-all text-xs print:block">
              {receipt.verifyUrl}
            </bdi>
          </Fact>
          {receipt.earlierCode && (
            <Fact name={t('earlierCode')}>
              <bdi dir="ltr" className="font-mono text-ui">
                {receipt.earlierCode}
              </bdi>
            </Fact>
          )}
        </Facts>
      </div>
    </details>
  )
}

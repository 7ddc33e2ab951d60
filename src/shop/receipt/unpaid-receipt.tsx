import { useLocale, useTranslations } from 'next-intl'
import { unpaidSentences } from '@/checkout/receipts/sentences'
import { formatMoney } from '@/lib/money'
import { buttonClass } from '@/ui/button'
import { Icon, Spinner } from '@/ui/icon'
import { Money } from '@/ui/money'
import { Verbatim } from '@/ui/verbatim'
import { AutoRefresh } from './auto-refresh'
import type { Receipt } from './receipt'
import { ReceiptTitle } from './receipt-title'

/** The receipt's page of a payment that has not succeeded: its state, refreshed while that may still change. */
export function UnpaidReceipt({ receipt }: { receipt: Receipt }) {
  const t = useTranslations('receipt')
  const locale = useLocale()
  const { text, open, notes } = unpaidSentences(receipt)
  return (
    <section className="mx-auto max-w-lg rounded-lg border border-line bg-surface px-6 py-10 text-center shadow-card sm:px-10">
      <span className="mx-auto mb-5 flex size-12 items-center justify-center rounded-full bg-muted text-ink-2">
        {open ? <Spinner size={22} /> : <Icon name="info" size={22} />}
      </span>
      <ReceiptTitle>{t(`${text}.title`)}</ReceiptTitle>
      <p role="status" className="mx-auto mt-3 max-w-[46ch] text-balance text-ink-2 text-sm">
        {t(`${text}.body`)}
      </p>
      {notes.map(({ text: note, amount }) => (
        <p key={note} className="mx-auto mt-3 max-w-[46ch] text-balance text-ink-2 text-sm">
          {t.rich(`note.${note}`, {
            amount: formatMoney(amount, receipt.currency, locale),
            money: (sum) => <bdi className="whitespace-nowrap">{sum}</bdi>,
          })}
        </p>
      ))}
      <p className="mt-4 text-ink-3 text-ui">
        <Money minor={receipt.amount} currency={receipt.currency} locale={locale} />
        {receipt.reference && (
          <>
            {' '}
            ·{' '}
            {t.rich('reference', {
              reference: receipt.reference,
              name: (reference) => <Verbatim>{reference}</Verbatim>,
            })}
          </>
        )}
      </p>
      {open && <AutoRefresh everyMs={3_000} />}
      {(!open || text === 'confirm') && text !== 'waiting' && (
        <a href={`/checkout/${receipt.orderId}`} className={buttonClass('secondary', 'md', 'mt-6')}>
          {t('back')}
        </a>
      )}
    </section>
  )
}

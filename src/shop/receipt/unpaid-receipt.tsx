import { useLocale, useTranslations } from 'next-intl'
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
  const { text, open } = MESSAGES[receipt.status as Exclude<Receipt['status'], 'succeeded'>]
  return (
    <section className="mx-auto max-w-lg rounded-lg border border-line bg-surface px-6 py-10 text-center shadow-card sm:px-10">
      <span className="mx-auto mb-5 flex size-12 items-center justify-center rounded-full bg-muted text-ink-2">
        {open ? <Spinner size={22} /> : <Icon name="info" size={22} />}
      </span>
      <ReceiptTitle>{t(`${text}.title`)}</ReceiptTitle>
      <p role="status" className="mx-auto mt-3 max-w-[46ch] text-balance text-ink-2 text-sm">
        {t(`${text}.body`)}
      </p>
      <p className="mt-4 text-ink-3 text-ui">
        <Money minor={receipt.amount} currency={receipt.currency} locale={useLocale()} />
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
      {(!open || receipt.status === 'requires_action') && (
        <a href={`/checkout/${receipt.orderId}`} className={buttonClass('secondary', 'md', 'mt-6')}>
          {t('back')}
        </a>
      )}
    </section>
  )
}

/** The message of each status, and whether the status may still change. */
const MESSAGES = {
  sending: { text: 'checking', open: true },
  unknown: { text: 'checking', open: true },
  requires_action: { text: 'confirm', open: true },
  declined: { text: 'declined', open: false },
  not_charged: { text: 'notCharged', open: false },
} as const satisfies Record<Exclude<Receipt['status'], 'succeeded'>, { text: string; open: boolean }>

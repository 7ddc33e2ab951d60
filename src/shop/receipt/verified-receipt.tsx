import type { inferRouterOutputs } from '@trpc/server'
import { useLocale, useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { formatMoney } from '@/lib/money'
import type { AppRouter } from '@/server/root'
import { Banner } from '@/ui/banner'
import { Fact, Facts } from '@/ui/card'
import { Icon } from '@/ui/icon'
import { Money } from '@/ui/money'
import { Timestamp } from '@/ui/timestamp'
import { Verbatim } from '@/ui/verbatim'
import { ReceiptTitle } from './receipt-title'

type Checked = inferRouterOutputs<AppRouter>['receipts']['verify']
type Valid = Extract<Checked, { valid: true }>

/** The answer to a code: valid and for what, unknown, or too many checks. */
export function VerifiedReceipt({ result }: { result: Checked | 'later' }) {
  if (result === 'later') return <NotValid text="later" />
  return result.valid ? <ValidReceipt receipt={result} /> : <NotValid text="unknown" />
}

function NotValid({ text }: { text: 'unknown' | 'later' }) {
  const t = useTranslations('receipt.verify')
  return (
    <section className="rounded-lg border border-line bg-surface px-6 py-8 text-center shadow-card">
      <span className="mx-auto mb-4 flex size-12 items-center justify-center rounded-full bg-muted text-ink-2">
        <Icon name={text === 'unknown' ? 'warn' : 'info'} size={22} />
      </span>
      <ReceiptTitle>{t(text)}</ReceiptTitle>
      <p role="status" className="mx-auto mt-3 max-w-[46ch] text-balance text-ink-2 text-sm">
        {t(`${text}Body`)}
      </p>
    </section>
  )
}

function ValidReceipt({ receipt }: { receipt: Valid }) {
  const t = useTranslations('receipt.verify')
  const words = useTranslations('receipt')
  const locale = useLocale()
  const { merchantName, amount, currency, paidAt, refunded, refundUnderWay, testMode } = receipt
  const sum = (minor: number) => ({
    amount: formatMoney(minor, currency, locale),
    money: (text: ReactNode) => <bdi className="whitespace-nowrap">{text}</bdi>,
  })
  return (
    <section className="overflow-hidden rounded-lg border border-line bg-surface shadow-card">
      <div className="px-6 pt-8 pb-6 text-center">
        <span className="mx-auto mb-4 flex size-12 items-center justify-center rounded-full bg-ok-soft text-ok">
          <Icon name="check" size={24} />
        </span>
        <ReceiptTitle>{t('valid')}</ReceiptTitle>
        <p role="status" className="mt-3 text-balance break-words text-ink-2 text-sm">
          {t.rich('validBody', {
            ...sum(amount),
            merchant: merchantName,
            name: (merchant) => <Verbatim>{merchant}</Verbatim>,
          })}
        </p>
      </div>
      {testMode && <Banner tone="warn" title={t('testMode')} className="mx-6 mb-4" />}
      <div className="border-line border-t px-6 py-3">
        <Facts>
          <Fact name={t('paidTo')}>
            <Verbatim>{merchantName}</Verbatim>
          </Fact>
          <Fact name={t('amount')}>
            <Money minor={amount} currency={currency} locale={locale} />
          </Fact>
          {paidAt && (
            <Fact name={words('date')}>
              <Timestamp at={paidAt} seconds={false} locale={locale} />
            </Fact>
          )}
          <Fact name={t('state')}>
            {refunded === 0 && refundUnderWay === 0 && t('notRefunded')}
            {refunded > 0 &&
              words.rich(refunded === amount ? 'refundedAll' : 'note.refundedPart', sum(refunded))}
            {refunded > 0 && refundUnderWay > 0 && ' '}
            {refundUnderWay > 0 && words.rich('note.refundUnderWay', sum(refundUnderWay))}
          </Fact>
        </Facts>
      </div>
    </section>
  )
}

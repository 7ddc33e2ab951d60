import { useLocale, useTranslations } from 'next-intl'
import { Timestamp } from '@/ui/timestamp'
import type { CheckoutOrder } from './order'
import { Panel, PanelLink } from './panel'
import { useSum } from './sum'

/** A paid order has nothing to press: it shows what was paid, and where the receipt is. */
export function AlreadyPaid({ order }: { order: CheckoutOrder }) {
  const t = useTranslations('checkout')
  const locale = useLocale()
  const sum = useSum(order)
  const { paidAt, receiptUrl } = order.payment ?? {}
  return (
    <Panel kind="paid" title={t('paid.already')} documentTitle={t('documentTitle.paid')}>
      <p>
        {paidAt
          ? t.rich('paid.onceAt', {
              ...sum,
              time: () => <Timestamp at={paidAt} seconds={false} locale={locale} />,
            })
          : t.rich('paid.once', sum)}
      </p>
      {receiptUrl && <PanelLink href={receiptUrl}>{t('paid.receipt')}</PanelLink>}
    </Panel>
  )
}

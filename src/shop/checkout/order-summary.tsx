import { useLocale, useTranslations } from 'next-intl'
import { Icon } from '@/ui/icon'
import { Money } from '@/ui/money'
import { Verbatim } from '@/ui/verbatim'
import type { CheckoutOrder } from './checkout-order'

/** The items and the total. On a phone, one line that opens. */
export function OrderSummary({ order }: { order: CheckoutOrder }) {
  const t = useTranslations('checkout.order')
  const locale = useLocale()
  const count = order.items.reduce((sum, item) => sum + item.quantity, 0)
  return (
    <>
      <details className="group rounded-lg border border-line bg-surface shadow-card md:hidden">
        <summary className="flex min-h-12 cursor-pointer list-none items-center justify-between gap-3 px-4 font-medium text-sm [&::-webkit-details-marker]:hidden">
          <span className="flex items-center gap-1.5">
            {t('items', { count })}
            <Icon name="chevronDown" className="text-ink-3 group-open:rotate-180" />
          </span>
          <Money minor={order.amount} currency={order.currency} locale={locale} />
        </summary>
        <div className="border-line border-t px-4 pb-4">
          <Lines order={order} />
        </div>
      </details>
      <section className="hidden rounded-lg border border-line bg-surface p-6 shadow-card md:block">
        <h2 className="font-semibold text-sm">{t('title')}</h2>
        <Lines order={order} />
      </section>
    </>
  )
}

function Lines({ order }: { order: CheckoutOrder }) {
  const t = useTranslations('checkout.order')
  const money = { currency: order.currency, locale: useLocale() }
  return (
    <>
      <ul className="mt-3 flex flex-col gap-3">
        {order.items.map((item, position) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: an order's items are numbered by their position, also in the table
          <li key={position} className="flex items-baseline justify-between gap-4 text-sm">
            <span className="min-w-0 break-words">
              <Verbatim>{item.name}</Verbatim>
              <span className="figures block text-ink-3 text-ui">
                {item.quantity} × <Money minor={item.unitAmount} {...money} />
              </span>
            </span>
            <Money minor={item.quantity * item.unitAmount} {...money} />
          </li>
        ))}
      </ul>
      <p className="mt-4 flex items-baseline justify-between border-line border-t pt-4 font-semibold">
        <span className="text-sm">{t('total')}</span>
        <Money minor={order.amount} {...money} className="text-lg" />
      </p>
      {order.reference && (
        <p className="mt-4 text-ink-3 text-xs">
          {t.rich('reference', { reference: order.reference, name: (text) => <Verbatim>{text}</Verbatim> })}
        </p>
      )}
    </>
  )
}

import type { inferRouterOutputs } from '@trpc/server'
import { useLocale, useTranslations } from 'next-intl'
import type { AppRouter } from '@/server/root'
import { Button, buttonClass } from '@/ui/button'
import { Icon } from '@/ui/icon'
import { Money } from '@/ui/money'
import { Verbatim } from '@/ui/verbatim'

/** A payment link as the page shows it. */
export type ShownLink = inferRouterOutputs<AppRouter>['links']['open']

const TEXTS = { ended: 'ended', paused: 'paused', 'used-up': 'usedUp' } as const

/**
 * What a payment link asks for, and the button that makes the shopper's order: a plain form, so that opening the page makes none.
 * @param id of the link, as shown
 * @param formKey made with the page, so that a double press is one order
 */
export function LinkPage({ id, link, formKey }: { id: string; link: ShownLink; formKey: string }) {
  const { state, orderId } = link
  return (
    <div className="mx-auto mt-4 max-w-md rounded-lg border border-line bg-surface p-6 shadow-card sm:mt-10 sm:p-8">
      {state === 'active' ? <Asked link={link} /> : <Closed state={state} name={link.name} />}
      {orderId ? (
        <YourOrder orderId={orderId} />
      ) : (
        state === 'active' && <ContinueForm id={id} formKey={formKey} />
      )}
    </div>
  )
}

function Asked({ link: { name, items, amount, currency } }: { link: ShownLink }) {
  const locale = useLocale()
  const [first] = items
  const plain = items.length === 1 && first?.quantity === 1 && first.name === name
  return (
    <>
      <h1 className="break-words font-semibold text-xl tracking-tight">
        <Verbatim>{name}</Verbatim>
      </h1>
      <p className="mt-2">
        <Money
          minor={amount}
          currency={currency}
          locale={locale}
          className="font-semibold text-3xl tracking-tight"
        />
      </p>
      {!plain && (
        <ul className="mt-5 flex flex-col gap-3 border-line border-t pt-5">
          {items.map((item, position) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the items of a link never change
            <li key={position} className="flex items-baseline justify-between gap-4 text-sm">
              <span className="min-w-0 break-words">
                <Verbatim>{item.name}</Verbatim>
              </span>
              <span className="figures shrink-0 text-ink-2">
                {item.quantity} × <Money minor={item.unitAmount} currency={currency} locale={locale} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function Closed({ state, name }: { state: keyof typeof TEXTS; name: string }) {
  const t = useTranslations('link')
  const text = TEXTS[state]
  return (
    <>
      <p className="break-words text-ink-3 text-sm">
        <Verbatim>{name}</Verbatim>
      </p>
      <h1 className="mt-1 font-semibold text-xl tracking-tight">{t(`${text}.title`)}</h1>
      <p className="mt-2 text-ink-2 text-sm">{t(`${text}.body`)}</p>
    </>
  )
}

/** Also where the link takes no more orders: this one is made. */
function YourOrder({ orderId }: { orderId: string }) {
  const t = useTranslations('link')
  return (
    <>
      <p className="mt-6 text-ink-2 text-sm">{t('yourOrder')}</p>
      <a className={buttonClass('primary', 'lg', 'mt-3 w-full')} href={`/checkout/${orderId}`}>
        {t('toYourOrder')} <Icon name="arrowRight" className="rtl:-scale-x-100" />
      </a>
    </>
  )
}

function ContinueForm({ id, formKey }: { id: string; formKey: string }) {
  const t = useTranslations('link')
  return (
    <form method="post" action={`/api/shop/links/${id}`} className="mt-6">
      <input type="hidden" name="key" value={formKey} />
      <Button type="submit" variant="primary" size="lg" className="w-full">
        {t('continue')} <Icon name="arrowRight" className="rtl:-scale-x-100" />
      </Button>
      <p className="mt-3 text-center text-ink-3 text-ui">{t('nothingYet')}</p>
    </form>
  )
}

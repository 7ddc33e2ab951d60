import { useTranslations } from 'next-intl'
import { Button } from '@/ui/button'
import { cx } from '@/ui/cx'
import { Icon, Spinner } from '@/ui/icon'
import type { CheckoutOrder } from '../checkout-order'
import { useOrderTotal } from '../use-order-total'

/** Pay, with the amount. All labels share one grid cell, so the width never changes; never `disabled`, so it keeps focus. */
export function PayButton({
  order,
  busy,
  waiting,
}: {
  order: CheckoutOrder
  busy: boolean
  waiting: boolean
}) {
  const t = useTranslations('checkout')
  const sum = useOrderTotal(order)
  const shown = busy ? 'busy' : waiting ? 'waiting' : 'pay'
  return (
    <div className="sticky bottom-0 z-10 -mx-5 border-line border-t bg-surface px-5 py-3 sm:static sm:mx-0 sm:border-0 sm:bg-transparent sm:p-0">
      <Button
        type="submit"
        variant="primary"
        size="lg"
        className="figures grid! w-full"
        {...(busy ? { 'aria-disabled': true } : {})}
      >
        <Label shown={shown === 'pay'}>
          <Icon name="lock" /> <span>{t.rich('pay', sum)}</span>
        </Label>
        <Label shown={shown === 'busy'}>
          <Spinner /> <span>{t.rich('paying', sum)}</span>
        </Label>
        <Label shown={shown === 'waiting'}>{t('waiting')}</Label>
      </Button>
    </div>
  )
}

function Label({ shown, children }: { shown: boolean; children: React.ReactNode }) {
  return (
    <span
      {...(shown ? {} : { 'aria-hidden': true })}
      className={cx('col-start-1 row-start-1 flex items-center justify-center gap-2', !shown && 'invisible')}
    >
      {children}
    </span>
  )
}

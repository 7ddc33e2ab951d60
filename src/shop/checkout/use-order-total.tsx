import { useLocale } from 'next-intl'
import type { ReactNode } from 'react'
import { formatMoney } from '@/lib/money'
import type { CheckoutOrder } from './checkout-order'

/** The values for a message with `<money>{amount}</money>`: the order's total. `<bdi>` keeps the amount in one piece in any direction of text. */
export function useOrderTotal({ amount, currency }: CheckoutOrder): {
  amount: string
  money: (amount: ReactNode) => ReactNode
} {
  const locale = useLocale()
  // A browser may write a currency differently from the server (`JP¥`): keep the server's text.
  return {
    amount: formatMoney(amount, currency, locale),
    money: (text) => (
      <bdi className="whitespace-nowrap" suppressHydrationWarning>
        {text}
      </bdi>
    ),
  }
}

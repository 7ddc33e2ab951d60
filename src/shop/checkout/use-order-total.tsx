import { useLocale } from 'next-intl'
import type { ReactNode } from 'react'
import { formatMoney } from '@/lib/money'
import type { CheckoutOrder } from './checkout-order'

/** What a text needs to say the order's total: `<money>{amount}</money>`. The amount is one piece, whatever direction the words have. */
export function useOrderTotal({ amount, currency }: CheckoutOrder): {
  amount: string
  money: (amount: ReactNode) => ReactNode
} {
  const locale = useLocale()
  // A browser may know another way to write a currency than the server (`JP¥`): what the server wrote stays.
  return {
    amount: formatMoney(amount, currency, locale),
    money: (text) => (
      <bdi className="whitespace-nowrap" suppressHydrationWarning>
        {text}
      </bdi>
    ),
  }
}

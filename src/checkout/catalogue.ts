import type { Currency } from '@/lib/money'

export interface Product {
  /** Key of its name and description in the messages of each language. */
  sku: 't-shirt' | 'notebook' | 'tea' | 'lamp'
  /** In the currency's minor unit. */
  unitAmount: number
  currency: Currency
}

/** Products of the sandbox shop, in currencies with two, no and three decimals. Prices come from here, never from a form. */
export const CATALOGUE: Product[] = [
  { sku: 't-shirt', unitAmount: 1_200, currency: 'EUR' },
  { sku: 'notebook', unitAmount: 1_850, currency: 'EUR' },
  { sku: 'tea', unitAmount: 2_400, currency: 'JPY' },
  { sku: 'lamp', unitAmount: 12_500, currency: 'KWD' },
]

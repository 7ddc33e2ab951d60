import type { Currency } from '@/lib/money'

export interface Product {
  sku: string
  name: string
  description: string
  /** In the currency's minor unit. */
  unitAmount: number
  currency: Currency
}

/** What the sandbox shop sells: one currency each with two, none and three decimals. Prices come from here, never from a form. */
export const CATALOGUE: Product[] = [
  { sku: 't-shirt', name: 'T-shirt', description: 'Organic cotton, screen-printed by hand.', unitAmount: 1_200, currency: 'EUR' },
  { sku: 'notebook', name: 'Ledger notebook', description: 'Two columns a page, as double entry likes it.', unitAmount: 1_850, currency: 'EUR' },
  { sku: 'tea', name: 'Sencha, 100 g', description: 'First harvest from Uji, this spring.', unitAmount: 2_400, currency: 'JPY' },
  { sku: 'lamp', name: 'Brass desk lamp', description: 'Made to be switched on more than once.', unitAmount: 12_500, currency: 'KWD' },
]

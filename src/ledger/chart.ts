import { uuidv7 } from '@/lib/id'
import type { Currency } from '@/lib/money'
import { joinSql, type Sql, sql } from '@/platform/db'

export type AccountType = 'asset' | 'liability' | 'equity' | 'revenue' | 'expense'

/** Every merchant's accounts, one set for each currency it takes. A debit raises assets and expenses; a credit raises the others. */
export const CHART = {
  gateway_clearing: { name: 'Owed to us by the bank', type: 'asset' },
  processing_fees: { name: 'Processing fees', type: 'expense' },
  sales: { name: 'Sales', type: 'revenue' },
  surplus_charges: { name: 'Charged in surplus, to be refunded', type: 'liability' },
} as const satisfies Record<string, { name: string; type: AccountType }>

export type AccountCode = keyof typeof CHART

/** An INSERT that opens the accounts of a merchant in a currency; those that are open stay as they are. */
export function openAccounts(merchantId: string, currency: Currency): Sql {
  const rows = Object.entries(CHART).map(
    ([code, { name, type }]) => sql`(${merchantId}::uuid, ${uuidv7()}::uuid, ${code}, ${name}, ${type}, ${currency})`,
  )
  return sql`INSERT INTO account (merchant_id, id, code, name, type, currency) VALUES ${joinSql(rows)} ON CONFLICT (merchant_id, code, currency) DO NOTHING`
}

import { type ClaimedSql, type ClaimRows, claimedSql, withoutClaim } from '@payonce/idempotency/sql'
import { uuidv7 } from '@/lib/id'
import type { Currency } from '@/lib/money'
import { joinSql, type Sql, sql } from '@/platform/db'

export type AccountType = 'asset' | 'liability' | 'equity' | 'revenue' | 'expense'

type Chart = Record<string, { name: string; type: AccountType }>

/** Accounts of every merchant, one set per currency. A debit raises assets and expenses; a credit raises the others. */
export const CHART = {
  gateway_clearing: { name: 'Receivable from the bank', type: 'asset' },
  processing_fees: { name: 'Processing fees', type: 'expense' },
  sales: { name: 'Sales', type: 'revenue' },
  // Against sales, so its balance is a debit: sales and refunds both stay visible.
  refunds: { name: 'Refunds', type: 'revenue' },
  surplus_charges: { name: 'Charged twice by the bank, to be returned', type: 'liability' },
} as const satisfies Record<string, { name: string; type: AccountType }>

/**
 * Accounts for what happens at the bank without a payment of ours: opened with the first posting that needs them, so that no order pays for
 * them. `gateway_clearing` is the clearing account of the merchant's gateway, since a merchant has one.
 */
export const BANK_CHART = {
  bank_account: { name: 'Paid out to our bank account', type: 'asset' },
  disputes_held: { name: 'Held by the bank in disputes', type: 'asset' },
  disputes_lost: { name: 'Lost in disputes', type: 'expense' },
  bank_sales: { name: 'Sales made at the bank itself', type: 'revenue' },
} as const satisfies Record<string, { name: string; type: AccountType }>

export type AccountCode = keyof typeof CHART | keyof typeof BANK_CHART

/** INSERT that opens a merchant's accounts in a currency; accounts that are open stay as they are. */
export function openAccounts(merchantId: string, currency: Currency): Sql {
  return openAccountsOf(ownerOf(merchantId, currency))
}

/** The same of `BANK_CHART`. */
export function openBankAccounts(merchantId: string, currency: Currency): Sql {
  return openChart(BANK_CHART, ownerOf(merchantId, currency), sql`${newIds(BANK_CHART)}::text`)
}

function ownerOf(merchantId: string, currency: Currency): ClaimRows {
  return withoutClaim(sql`(SELECT ${merchantId}::uuid AS merchant_id, ${currency}::text AS currency)`)
}

/**
 * The same in the `begin` of an operation, for each row of an earlier part with a `merchant_id` and a `currency`.
 * @param ids an expression over the row `owner`: the ids of the accounts (`newAccountIds`)
 */
export function openAccountsOf(owners: ClaimRows, ids: Sql = sql`${newAccountIds()}::text`): ClaimedSql {
  return openChart(CHART, owners, ids)
}

function openChart(chart: Chart, owners: ClaimRows, ids: Sql): ClaimedSql {
  const rows = Object.entries(chart).map(
    ([code, { name, type }], index) => sql`(${index + 1}::int, ${code}, ${name}, ${type})`,
  )
  return claimedSql`
    INSERT INTO account (merchant_id, id, code, name, type, currency)
    SELECT owner.merchant_id, (string_to_array(${ids}, ','))[a.position]::uuid, a.code, a.name, a.type, owner.currency
    FROM ${owners} AS owner, (VALUES ${joinSql(rows)}) AS a (position, code, name, type)
    ON CONFLICT (merchant_id, code, currency) DO NOTHING`
}

/** An id for each account of the chart, with commas between them: one column of a row, however many accounts there are. */
export function newAccountIds(): string {
  return newIds(CHART)
}

function newIds(chart: Chart): string {
  return Object.keys(chart)
    .map(() => uuidv7())
    .join(',')
}

import type { Db } from '@/platform/db'
import { readVerdict, type Verdict } from '@/platform/integrity-verdict'
import { type CurrencyTotal, currencyTotals } from './read'

/** What the last checks say of a merchant's ledger, and its totals of this instant. */
export interface LedgerVerdict extends Verdict {
  entries: number
  totals: CurrencyTotal[]
}

/** Reads what the worker's checks found of the invariants of the schema `integrity_ledger`, and totals from the sums: neither takes longer with age. */
export async function ledgerVerdict(db: Db, merchantId: string): Promise<LedgerVerdict> {
  const [verdict, totals] = await Promise.all([
    readVerdict(db, ['ledger'], merchantId),
    currencyTotals(db, merchantId),
  ])
  return { ...verdict, totals, entries: totals.reduce((sum, { entries }) => sum + entries, 0) }
}

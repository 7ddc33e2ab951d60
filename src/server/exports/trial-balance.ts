import type { TrialLine } from '@/ledger/trial-balance'
import { showId } from '@/lib/id'
import { moneyCells } from './csv'
import type { CsvTable } from './csv-file'

const COLUMNS = [
  'account',
  'accountCode',
  'accountName',
  'accountType',
  'currency',
  'opening',
  'openingMinor',
  'debits',
  'debitsMinor',
  'credits',
  'creditsMinor',
  'closing',
  'closingMinor',
  'entries',
]

/** The trial balance of a period. `opening` and `closing` are signed: a debit balance is positive. Accounts without anything are left out. */
export function trialBalanceTable(lines: readonly TrialLine[]): CsvTable {
  const rows = lines.filter(isUsed).map((line) => {
    const both = (minor: bigint) => moneyCells(minor, line.currency).slice(0, 2)
    return [
      showId('acc', line.id),
      line.code,
      line.name,
      line.type,
      line.currency,
      ...both(line.opening),
      ...both(line.debits),
      ...both(line.credits),
      ...both(line.closing),
      BigInt(line.entries),
    ]
  })
  return { columns: COLUMNS, pages: [rows] }
}

/** True for an account with a balance at either end, or with entries in between. */
export function isUsed({ opening, closing, entries }: TrialLine): boolean {
  return opening !== 0n || closing !== 0n || entries > 0
}

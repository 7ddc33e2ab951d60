import type { BooksPeriod, TrialLine } from '@/ledger/trial-balance'
import { walkLedger } from '@/ledger/walk'
import { showId } from '@/lib/id'
import { referencesOf } from '@/payments/read'
import { type CsvCell, moneyCells } from './csv'
import { type CsvTable, instantCells, instantColumns } from './csv-file'
import type { Taking } from './export-route'
import { sides } from './journal'

const COLUMNS = [
  ...instantColumns('postedAt'),
  'transaction',
  'line',
  'kind',
  'description',
  'payment',
  'reference',
  'debit',
  'credit',
  'amount',
  'amountMinor',
  'balance',
  'balanceMinor',
  'currency',
]

/**
 * The statement of an account in a period, oldest first, from its opening balance on: each line with the balance after it, and the closing
 * balance in the last row. `amount` and `balance` are signed: a debit is positive.
 * @param account as the trial balance of the period has it
 * @param onBalance called with the balance after each page, in minor units
 */
export function statementTable(
  { deps, merchantId }: Taking,
  account: TrialLine,
  { period, zone }: { period: BooksPeriod; zone: string },
  onBalance: (balance: bigint) => void = () => undefined,
): CsvTable {
  const when = instantCells(zone)
  const { currency } = account
  async function* pages(): AsyncGenerator<CsvCell[][]> {
    let balance = account.opening
    yield [balanceRow('opening balance', period.from, balance, { currency, when })]
    if (account.entries > 0)
      for await (const page of walkLedger(deps.pages, merchantId, { period, account: account.id })) {
        const paymentIds = page.map(({ paymentId }) => paymentId)
        const references = await referencesOf(deps.pages, merchantId, paymentIds)
        const lines: CsvCell[][] = []
        for (const transaction of page)
          for (const entry of transaction.entries.filter(({ accountId }) => accountId === account.id)) {
            balance += entry.amount
            lines.push([
              ...when(transaction.postedAt),
              showId('txn', transaction.id),
              BigInt(entry.position),
              transaction.kind,
              transaction.description,
              transaction.paymentId && showId('pay', transaction.paymentId),
              references.get(transaction.paymentId ?? '') ?? null,
              ...sides(entry.amount, currency),
              ...moneyCells(entry.amount, currency).slice(0, 2),
              ...moneyCells(balance, currency),
            ])
          }
        onBalance(balance)
        yield lines
      }
    yield [balanceRow('closing balance', period.until, balance, { currency, when })]
  }
  return { columns: COLUMNS, pages: pages() }
}

/** A row that is no posting: the balance at an end of the period. */
function balanceRow(
  kind: string,
  at: string | null,
  balance: bigint,
  { currency, when }: { currency: string; when: (at: Date) => [Date, string] },
): CsvCell[] {
  const instant = at === null ? [null, null] : when(new Date(at))
  return [
    ...instant,
    null,
    null,
    kind,
    null,
    null,
    null,
    null,
    null,
    null,
    null,
    ...moneyCells(balance, currency),
  ]
}

import { type JournalTransaction, journal } from '@/ledger/read'
import type { BooksPeriod } from '@/ledger/trial-balance'
import { walkLedger } from '@/ledger/walk'
import { showId } from '@/lib/id'
import { referencesOf } from '@/payments/read'
import { findPostings } from '../find-postings'
import { type CsvCell, moneyCells } from './csv'
import { type CsvTable, instantCells, instantColumns } from './csv-file'
import type { Taking } from './export-route'

const COLUMNS = [
  'transaction',
  ...instantColumns('postedAt'),
  'kind',
  'description',
  'payment',
  'reference',
  'reverses',
  'reversedBy',
  'line',
  'account',
  'accountCode',
  'accountName',
  'debit',
  'credit',
  'amount',
  'amountMinor',
  'currency',
]

/** Called with each transaction as it is written. */
export type OnTransaction = (transaction: JournalTransaction) => void

interface JournalOf {
  period: BooksPeriod
  zone: string
  kind?: string | undefined
  search?: string | undefined
}

/** The journal of a period, oldest first: a row for each line of each transaction. `amount` is signed: a debit is positive. */
export function journalTable(
  taking: Taking,
  of: JournalOf,
  onTransaction: OnTransaction = () => undefined,
): CsvTable {
  const { deps, merchantId } = taking
  const when = instantCells(of.zone)
  async function* pages(): AsyncGenerator<CsvCell[][]> {
    for await (const page of of.search ? searched(taking, of, of.search) : walked(taking, of)) {
      page.forEach(onTransaction)
      const paymentIds = page.map(({ paymentId }) => paymentId)
      const references = await referencesOf(deps.pages, merchantId, paymentIds)
      yield page.flatMap((transaction) =>
        rowsOf(transaction, references.get(transaction.paymentId ?? '') ?? null, when),
      )
    }
  }
  return { columns: COLUMNS, pages: pages() }
}

function walked({ deps, merchantId }: Taking, { period, kind }: JournalOf) {
  return walkLedger(deps.pages, merchantId, { period, kind: kind ?? null })
}

/** 10,000: a search finds the postings of some hundred payments. */
const SEARCHED_MAX = 10_000

/** What a search finds is little: it is read at once, as the page reads it. */
async function* searched({ deps, merchantId }: Taking, { period, kind }: JournalOf, text: string) {
  const search = await findPostings(deps.pages, merchantId, text)
  const page = { ...period, kind: kind ?? null, search, limit: SEARCHED_MAX }
  const found = await journal(deps.pages, merchantId, page)
  yield found.toSorted((a, b) => a.postedAt.getTime() - b.postedAt.getTime())
}

function rowsOf(
  transaction: JournalTransaction,
  reference: string | null,
  when: (at: Date) => [Date, string],
): CsvCell[][] {
  const { id, postedAt, kind, description, paymentId, reverses, reversedBy } = transaction
  const facts: CsvCell[] = [
    showId('txn', id),
    ...when(postedAt),
    kind,
    description,
    paymentId && showId('pay', paymentId),
    reference,
    reverses && showId('txn', reverses),
    reversedBy && showId('txn', reversedBy),
  ]
  return transaction.entries.map((entry) => [
    ...facts,
    BigInt(entry.position),
    showId('acc', entry.accountId),
    entry.code,
    entry.name,
    ...sides(entry.amount, entry.currency),
    ...moneyCells(entry.amount, entry.currency),
  ])
}

/** A debit and a credit, of which one is empty. Both are positive. */
export function sides(amount: bigint, currency: string): [CsvCell, CsvCell] {
  const [figure] = moneyCells(amount < 0n ? -amount : amount, currency)
  return amount < 0n ? [null, figure] : [figure, null]
}

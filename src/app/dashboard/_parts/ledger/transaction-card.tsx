import Link from 'next/link'
import { Badge } from '@/ui/badge'
import { Card } from '@/ui/card'
import { CopyId } from '@/ui/copy-id'
import { Money } from '@/ui/money'
import { LINK } from '@/ui/nav'
import { Timestamp } from '@/ui/timestamp'
import type { TransactionData } from '../api'

/**
 * One ledger transaction: debits left, credits right, and their sums.
 * @param source also link to the payment and to a reversal
 */
export function TransactionCard({
  transaction,
  source = false,
}: {
  transaction: TransactionData
  source?: boolean
}) {
  const currencies = [...new Set(transaction.entries.map((entry) => entry.currency))]
  return (
    <Card className="overflow-hidden">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b px-4 py-3 sm:px-5">
        <h2 className="wrap-anywhere font-semibold text-sm">{transaction.description}</h2>
        <Badge>{transaction.kind}</Badge>
        <span className="flex w-full flex-wrap items-center gap-x-2 text-ink-3 text-xs">
          <Timestamp at={transaction.postedAt} />
          <CopyId id={transaction.id} />
        </span>
      </header>
      <table className="w-full border-collapse text-ui">
        <caption className="sr-only">Entries of {transaction.id}</caption>
        <thead className="text-ink-3 text-xs">
          <tr>
            <th scope="col" className="px-4 py-2 text-left font-medium sm:px-5">
              Account
            </th>
            <th scope="col" className="w-[24%] px-2 py-2 text-right font-medium">
              Debit
            </th>
            <th scope="col" className="w-[24%] px-4 py-2 text-right font-medium sm:px-5">
              Credit
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line border-line border-y">
          {transaction.entries.map((entry) => (
            <tr key={entry.position}>
              <th
                scope="row"
                className={
                  entry.amount < 0
                    ? 'py-2 pl-8 text-left font-normal sm:pl-10'
                    : 'px-4 py-2 text-left font-normal sm:px-5'
                }
              >
                <Link
                  href={`/dashboard/ledger/${entry.accountId}`}
                  className="text-ink no-underline hover:text-link hover:underline"
                >
                  {entry.name}
                </Link>
              </th>
              <Side
                amount={entry.amount > 0 ? entry.amount : null}
                currency={entry.currency}
                className="px-2"
              />
              <Side
                amount={entry.amount < 0 ? -entry.amount : null}
                currency={entry.currency}
                className="px-4 sm:px-5"
              />
            </tr>
          ))}
        </tbody>
        <tfoot>
          {currencies.map((currency) => (
            <Sums key={currency} transaction={transaction} currency={currency} />
          ))}
        </tfoot>
      </table>
      {source && <Source transaction={transaction} />}
    </Card>
  )
}

/** An amount, or an empty cell: dashes would clutter the two columns. */
function Side({
  amount,
  currency,
  className,
}: {
  amount: bigint | number | null
  currency: string
  className: string
}) {
  return (
    <td className={`py-2 text-right ${className}`}>
      {amount !== null && <Money minor={amount} currency={currency} />}
    </td>
  )
}

function Sums({ transaction, currency }: { transaction: TransactionData; currency: string }) {
  const entries = transaction.entries.filter((entry) => entry.currency === currency)
  const sumOf = (side: 1 | -1) =>
    entries.reduce((sum, { amount }) => (side * amount > 0 ? sum + BigInt(side * amount) : sum), 0n)
  const [debits, credits] = [sumOf(1), sumOf(-1)]
  const balanced = debits === credits
  return (
    <tr className="font-medium">
      <th scope="row" className="px-4 py-2 text-left font-medium sm:px-5">
        <span className={balanced ? 'text-ok' : 'text-bad'}>
          {balanced ? 'Balanced ✓' : '✕ Not balanced'}
        </span>
      </th>
      <Side amount={debits} currency={currency} className="px-2" />
      <Side amount={credits} currency={currency} className="px-4 sm:px-5" />
    </tr>
  )
}

function Source({ transaction }: { transaction: TransactionData }) {
  return (
    <footer className="flex flex-wrap gap-x-5 gap-y-1 border-line border-t px-4 py-2 text-ink-3 text-xs sm:px-5">
      {transaction.paymentId && (
        <Link href={`/dashboard/payments/${transaction.paymentId}`} className={LINK}>
          Payment
        </Link>
      )}
      {transaction.reverses && <Reversal word="Reverses" id={transaction.reverses} />}
      {transaction.reversedBy && <Reversal word="Reversed by" id={transaction.reversedBy} />}
    </footer>
  )
}

/** Leads to the transaction and its reversal, side by side. */
function Reversal({ word, id }: { word: string; id: string }) {
  return (
    <span className="min-w-0 break-all">
      {word}{' '}
      <Link href={`/dashboard/ledger/journal?q=${id}`} className={LINK}>
        {id}
      </Link>
    </span>
  )
}

import Link from 'next/link'
import type { ReactNode } from 'react'
import { Card, CardHeader } from '@/ui/card'
import { cx } from '@/ui/cx'
import { Money } from '@/ui/money'
import { Timestamp } from '@/ui/timestamp'
import type { AccountData, StatementPage } from '../../../_parts/api'
import { above, tSums } from './t-account-sums'

type Line = StatementPage['items'][number]

/**
 * A T-account: debits left, credits right, oldest first, closed with the balance carried down.
 * @param lines newest first
 */
export function TAccount({ account, lines }: { account: AccountData; lines: readonly Line[] }) {
  const { currency } = account
  const { opening, foot, closing } = tSums(lines)
  const oldestFirst = lines.toReversed()
  return (
    <Card className="overflow-hidden">
      <CardHeader title="T-account" note={`The newest ${lines.length} lines and the balance before them.`} />
      <div className="grid grid-cols-1 md:grid-cols-2 md:divide-x-2 md:divide-ink-2">
        {(['Debit', 'Credit'] as const).map((side) => {
          const sign = side === 'Debit' ? 1n : -1n
          const carried = above(-sign * closing)
          return (
            <Side key={side} name={side}>
              {sign * opening > 0n && (
                <Row label="Balance brought forward" amount={sign * opening} currency={currency} muted />
              )}
              {oldestFirst
                .filter(({ amount }) => sign * BigInt(amount) > 0n)
                .map((line) => (
                  <Row
                    key={`${line.transactionId}${line.position}`}
                    label={<LineName line={line} />}
                    amount={sign * BigInt(line.amount)}
                    currency={currency}
                  />
                ))}
              <li aria-hidden="true" className="flex-1" />
              {carried > 0n && (
                <Row label="Balance carried down" amount={carried} currency={currency} muted />
              )}
              <Row label="Total" amount={foot} currency={currency} foot />
              {sign * closing > 0n ? (
                <Row label="Balance brought down" amount={sign * closing} currency={currency} strong />
              ) : (
                <li aria-hidden="true" className="h-7 max-md:hidden" />
              )}
            </Side>
          )
        })}
      </div>
    </Card>
  )
}

function Side({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col">
      <h3
        className={cx(
          'border-ink-2 border-b-2 px-4 py-2 font-medium text-ink-2 text-ui sm:px-5',
          name === 'Credit' && 'md:text-right',
        )}
      >
        {name}
      </h3>
      <ul className="flex flex-1 flex-col pb-2 text-ui">{children}</ul>
    </div>
  )
}

function LineName({ line }: { line: Line }) {
  const name = (
    <>
      <Timestamp at={line.postedAt} style="day" className="mr-2 text-ink-3" />
      {line.description}
    </>
  )
  if (!line.paymentId) return name
  return (
    <Link
      href={`/dashboard/payments/${line.paymentId}`}
      className="text-ink no-underline hover:text-link hover:underline"
    >
      {name}
    </Link>
  )
}

interface RowProps {
  label: ReactNode
  amount: bigint
  currency: string
  muted?: boolean
  foot?: boolean
  strong?: boolean
}

function Row({ label, amount, currency, muted, foot, strong }: RowProps) {
  return (
    <li
      className={cx(
        'flex items-baseline justify-between gap-4 px-4 py-1 sm:px-5',
        muted && 'text-ink-3 italic',
        foot && 'border-line border-t border-b-[3px] border-double pt-1.5 font-medium',
        strong && 'font-semibold',
      )}
    >
      <span className="min-w-0 max-md:[overflow-wrap:anywhere] md:truncate">{label}</span>
      <Money minor={amount} currency={currency} />
    </li>
  )
}

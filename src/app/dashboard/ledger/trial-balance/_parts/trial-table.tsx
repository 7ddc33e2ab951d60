import Link from 'next/link'
import { Card, CardHeader } from '@/ui/card'
import { Money } from '@/ui/money'
import { Table, TableBody, TableFoot, TableHead, Td, Th, Tr } from '@/ui/table'
import type { TrialLineData } from '../../../_parts/api'
import type { DaysQuery } from '../../../_parts/period/days'
import { Pending, SidedBalance } from '../../_parts/sided-balance'

/** The accounts of one currency in a period. Each leads to its statement of the same days. */
export function TrialTable({
  currency,
  accounts,
  query,
}: {
  currency: string
  accounts: readonly TrialLineData[]
  query: DaysQuery
}) {
  const days = new URLSearchParams({ ...query })
  return (
    <Card className="overflow-hidden">
      <CardHeader title={currency} />
      <Table caption={`Trial balance in ${currency}`}>
        <TableHead>
          <Th className="w-[28%]">Account</Th>
          <Th numeric>Opening</Th>
          <Th numeric>Debits</Th>
          <Th numeric>Credits</Th>
          <Th numeric>Closing</Th>
          <Th numeric>Pending</Th>
        </TableHead>
        <TableBody>
          {accounts.map((account) => (
            <Tr key={account.id} className="group relative">
              <Td label="Account" primary className="max-md:col-span-2">
                <Link
                  href={`/dashboard/ledger/${account.id}?${days}`}
                  className="font-medium text-ink no-underline after:absolute after:inset-0 group-hover:text-link"
                >
                  {account.name}
                </Link>
              </Td>
              <Td label="Opening" numeric>
                <SidedBalance balance={account.opening} currency={currency} />
              </Td>
              <Td label="Debits" numeric>
                <Money minor={account.debits} currency={currency} />
              </Td>
              <Td label="Credits" numeric>
                <Money minor={account.credits} currency={currency} />
              </Td>
              <Td label="Closing" numeric className="font-semibold">
                <SidedBalance balance={account.closing} currency={currency} />
              </Td>
              <Td label="Pending" numeric className="text-ink-2">
                <Pending amount={account.pending} currency={currency} />
              </Td>
            </Tr>
          ))}
        </TableBody>
        <Sums currency={currency} accounts={accounts} />
      </Table>
    </Card>
  )
}

/** Debits = credits of the period; opening and closing balances sum to nothing. */
function Sums({ currency, accounts }: { currency: string; accounts: readonly TrialLineData[] }) {
  const sum = (pick: (account: TrialLineData) => number | string) =>
    accounts.reduce((total, account) => total + BigInt(pick(account)), 0n)
  const [opening, closing] = [sum((one) => one.opening), sum((one) => one.closing)]
  const [debits, credits] = [sum((one) => one.debits), sum((one) => one.credits)]
  const balanced = debits === credits && opening === 0n && closing === 0n
  return (
    <TableFoot>
      <Tr className="hover:bg-transparent">
        <Td
          label="Check"
          primary
          className={balanced ? 'text-ok max-md:col-span-2' : 'text-bad max-md:col-span-2'}
        >
          {balanced ? '✓ Debits = credits' : '✕ Debits ≠ credits'}
        </Td>
        <Td label="Opening balances" numeric>
          <SidedBalance balance={opening} currency={currency} />
        </Td>
        <Td label="Debits" numeric>
          <Money minor={debits} currency={currency} />
        </Td>
        <Td label="Credits" numeric>
          <Money minor={credits} currency={currency} />
        </Td>
        <Td label="Closing balances" numeric>
          <SidedBalance balance={closing} currency={currency} />
        </Td>
        <Td label="" className="max-md:hidden" />
      </Tr>
    </TableFoot>
  )
}

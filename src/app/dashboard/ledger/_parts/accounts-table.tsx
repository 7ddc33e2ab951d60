import Link from 'next/link'
import { Card, CardHeader } from '@/ui/card'
import { Money } from '@/ui/money'
import { Table, TableBody, TableFoot, TableHead, Td, Th, Tr } from '@/ui/table'
import { Timestamp } from '@/ui/timestamp'
import type { AccountData } from '../../_parts/api'
import { Pending, SidedBalance } from './sided-balance'

/** The accounts of one currency, with the sums of their debits and credits. */
export function AccountsTable({
  currency,
  accounts,
}: {
  currency: string
  accounts: readonly AccountData[]
}) {
  return (
    <Card className="overflow-hidden">
      <CardHeader title={currency} />
      <Table caption={`Accounts in ${currency}`}>
        <TableHead>
          <Th className="w-[20%]">Account</Th>
          <Th className="w-[12%]">Type</Th>
          <Th numeric className="w-[14%]">
            Debits
          </Th>
          <Th numeric className="w-[14%]">
            Credits
          </Th>
          <Th numeric className="w-[14%]">
            Balance
          </Th>
          <Th numeric className="w-[12%]">
            Pending
          </Th>
          <Th className="text-right">Last entry</Th>
        </TableHead>
        <TableBody>
          {accounts.map((account) => (
            <AccountLine key={account.id} account={account} />
          ))}
        </TableBody>
        <Trial currency={currency} accounts={accounts} />
      </Table>
    </Card>
  )
}

function AccountLine({ account }: { account: AccountData }) {
  const { currency } = account
  return (
    <Tr className="group relative">
      <Td label="Account" primary>
        <Link
          href={`/dashboard/ledger/${account.id}`}
          className="font-medium text-ink no-underline after:absolute after:inset-0 group-hover:text-link"
        >
          {account.name}
        </Link>
      </Td>
      <Td label="Type" primary className="text-ink-2 capitalize">
        {account.type}
      </Td>
      <Td label="Debits" numeric>
        <Money minor={account.debits} currency={currency} />
      </Td>
      <Td label="Credits" numeric>
        <Money minor={account.credits} currency={currency} />
      </Td>
      <Td label="Balance" numeric className="font-semibold">
        <SidedBalance balance={account.balance} currency={currency} />
      </Td>
      <Td label="Pending" numeric className="text-ink-2">
        <Pending amount={account.pending} currency={currency} />
      </Td>
      <Td label="Last entry" className="text-ink-2 md:text-right">
        {account.lastEntryAt ? <Timestamp at={account.lastEntryAt} /> : '—'}
      </Td>
    </Tr>
  )
}

/** Σ debits = Σ credits. */
function Trial({ currency, accounts }: { currency: string; accounts: readonly AccountData[] }) {
  const debits = accounts.reduce((sum, account) => sum + BigInt(account.debits), 0n)
  const credits = accounts.reduce((sum, account) => sum + BigInt(account.credits), 0n)
  const balanced = debits === credits
  return (
    <TableFoot>
      <Tr className="hover:bg-transparent">
        <Td label="Sums" primary>
          Σ all accounts
        </Td>
        <Td label="Check" primary className={balanced ? 'text-ok' : 'text-bad'}>
          {balanced ? '✓ Debits = credits' : '✕ Debits ≠ credits'}
        </Td>
        <Td label="Debits" numeric>
          <Money minor={debits} currency={currency} />
        </Td>
        <Td label="Credits" numeric>
          <Money minor={credits} currency={currency} />
        </Td>
        <Td label="Difference" numeric>
          <Money minor={debits - credits} currency={currency} />
        </Td>
        <Td label="" className="max-md:hidden" />
        <Td label="" className="max-md:hidden" />
      </Tr>
    </TableFoot>
  )
}

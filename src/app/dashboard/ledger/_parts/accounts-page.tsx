'use client'
import Link from 'next/link'
import { buttonClass } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { EmptyState } from '@/ui/empty-state'
import { Money } from '@/ui/money'
import { PageHeader } from '@/ui/page-header'
import { Table, TableBody, TableFoot, TableHead, Td, Th, Tr } from '@/ui/table'
import { Timestamp } from '@/ui/timestamp'
import { type AccountData, api, type LedgerCheckData } from '../../_parts/api'
import { LedgerCheck } from '../../_parts/ledger/ledger-check'
import { useLive } from '../../_parts/live/live-query'
import { StaleDataBanner } from '../../_parts/live/stale-data'
import { TimeAgo } from '../../_parts/live/time-ago'
import { LedgerTabs } from './ledger-tabs'

interface Books {
  accounts: AccountData[]
  check: LedgerCheckData
}

export function AccountsPage({ initial }: { initial: Books }) {
  const query = useLive(['accounts'], readBooks, initial)
  const { accounts, check } = query.data ?? initial
  const currencies = [...new Set(accounts.map((account) => account.currency))]
  return (
    <>
      <PageHeader
        title="Ledger"
        note="A balance is the sum of its entries; nothing else is stored. Entries are never changed."
        actions={<LedgerTabs here="accounts" />}
      />
      <StaleDataBanner query={query} />
      <div className="flex flex-col gap-4">
        <LedgerCheck
          check={check}
          age={<TimeAgo at={check.checkedAt} serverNow={check.checkedAt} receivedAt={query.dataUpdatedAt} />}
        />
        {accounts.length === 0 && <NoAccounts />}
        {currencies.map((currency) => (
          <Currency
            key={currency}
            currency={currency}
            accounts={accounts.filter((account) => account.currency === currency)}
          />
        ))}
      </div>
    </>
  )
}

async function readBooks(): Promise<Books> {
  const [accounts, check] = await Promise.all([api.ledger.accounts.query({}), api.ledger.check.query()])
  return { accounts, check }
}

function NoAccounts() {
  return (
    <Card>
      <EmptyState
        title="Entries appear with the first payment"
        action={
          <Link href="/" className={buttonClass('primary')}>
            Run a test payment
          </Link>
        }
      />
    </Card>
  )
}

function Currency({ currency, accounts }: { currency: string; accounts: readonly AccountData[] }) {
  return (
    <Card className="overflow-hidden">
      <CardHeader title={currency} />
      <Table caption={`Accounts in ${currency}`}>
        <TableHead>
          <Th className="w-[22%]">Account</Th>
          <Th className="w-[16%]">Type</Th>
          <Th numeric className="w-[14%]">
            Debits
          </Th>
          <Th numeric className="w-[14%]">
            Credits
          </Th>
          <Th numeric className="w-[15%]">
            Balance
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
      <Td label="Last entry" className="text-ink-2 md:text-right">
        {account.lastEntryAt ? <Timestamp at={account.lastEntryAt} /> : '—'}
      </Td>
    </Tr>
  )
}

/** A balance and its side: `€24.00 Dr`. The books know no minus, they know two sides. */
export function SidedBalance({ balance, currency }: { balance: number; currency: string }) {
  const side = balance < 0 ? { short: 'Cr', long: 'credit' } : { short: 'Dr', long: 'debit' }
  return (
    <span className="whitespace-nowrap">
      <Money minor={Math.abs(balance)} currency={currency} />
      {balance !== 0 && (
        <abbr title={side.long} className="ml-1 font-normal text-ink-3 text-xs no-underline">
          {side.short}
        </abbr>
      )}
    </span>
  )
}

/** Σ debits = Σ credits. */
function Trial({ currency, accounts }: { currency: string; accounts: readonly AccountData[] }) {
  const debits = accounts.reduce((sum, account) => sum + account.debits, 0)
  const credits = accounts.reduce((sum, account) => sum + account.credits, 0)
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
      </Tr>
    </TableFoot>
  )
}

'use client'
import Link from 'next/link'
import { buttonClass } from '@/ui/button'
import { Card } from '@/ui/card'
import { EmptyState } from '@/ui/empty-state'
import { PageHeader } from '@/ui/page-header'
import { type AccountData, api, type LedgerCheckData, type SealStateData } from '../../_parts/api'
import { LedgerCheck } from '../../_parts/ledger/ledger-check'
import { useLive } from '../../_parts/live/live-query'
import { CHECKS_MS } from '../../_parts/live/live-state'
import { StaleDataBanner } from '../../_parts/live/stale-data'
import { AccountsTable } from './accounts-table'
import { LedgerTabs } from './ledger-tabs'
import { SealCard } from './seal-card'

interface Books {
  accounts: AccountData[]
  check: LedgerCheckData
  seals: SealStateData
}

export function AccountsPage({ initial }: { initial: Books }) {
  const query = useLive(['accounts'], readBooks, initial, { on: ['books'], everyMs: CHECKS_MS })
  const { accounts, check, seals } = query.data ?? initial
  const currencies = [...new Set(accounts.map((account) => account.currency))]
  return (
    <>
      <PageHeader
        title="Ledger"
        note="A balance is the sum of its entries and is not stored itself. Entries are never changed. What is reserved on cards and not captured yet is pending: no part of a balance."
        actions={<LedgerTabs here="accounts" />}
      />
      <StaleDataBanner query={query} />
      <div className="flex flex-col gap-4">
        <LedgerCheck check={check} receivedAt={query.dataUpdatedAt} />
        {accounts.length === 0 && <NoAccounts />}
        {currencies.map((currency) => (
          <AccountsTable
            key={currency}
            currency={currency}
            accounts={accounts.filter((account) => account.currency === currency)}
          />
        ))}
        <SealCard seals={seals} />
      </div>
    </>
  )
}

async function readBooks(): Promise<Books> {
  const [accounts, check, seals] = await Promise.all([
    api.ledger.accounts.query({}),
    api.ledger.check.query(),
    api.ledger.seals.query(),
  ])
  return { accounts, check, seals }
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

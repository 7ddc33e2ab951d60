'use client'
import { Card } from '@/ui/card'
import { EmptyState } from '@/ui/empty-state'
import { PageHeader } from '@/ui/page-header'
import { api, type JournalPage as Data } from '../../../_parts/api'
import { TransactionCard } from '../../../_parts/ledger/transaction-card'
import { Pager } from '../../../_parts/list/pager'
import { useLive } from '../../../_parts/live/live-query'
import { StaleDataBanner } from '../../../_parts/live/stale-data'
import { LedgerTabs } from '../../_parts/ledger-tabs'

export function JournalPage({ initial, cursor }: { initial: Data; cursor: string | null }) {
  const input = { limit: 20, ...(cursor ? { cursor } : {}) }
  const query = useLive(['journal', input], () => api.ledger.journal.query(input), initial)
  const { items, nextCursor } = query.data ?? initial
  return (
    <>
      <PageHeader
        title="Journal"
        note="Every transaction as it was posted, newest first."
        actions={<LedgerTabs here="journal" />}
      />
      <StaleDataBanner query={query} />
      {items.length === 0 && (
        <Card>
          <EmptyState title="Nothing posted yet">Transactions appear with the first payment.</EmptyState>
        </Card>
      )}
      <div className="grid gap-4 xl:grid-cols-2">
        {items.map((transaction) => (
          <TransactionCard key={transaction.id} transaction={transaction} source />
        ))}
      </div>
      <div className="mt-4 [&>nav]:border-0 [&>nav]:px-0">
        <Pager
          path="/dashboard/ledger/journal"
          params={cursor ? { after: cursor } : {}}
          nextCursor={nextCursor}
          what="transactions"
        />
      </div>
    </>
  )
}

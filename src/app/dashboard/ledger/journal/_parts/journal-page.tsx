'use client'
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { useState } from 'react'
import { EmptyState } from '@/ui/empty-state'
import { Select } from '@/ui/field'
import { PageHeader } from '@/ui/page-header'
import { useZoneName } from '@/ui/timestamp'
import { api, type JournalPage as JournalPageData } from '../../../_parts/api'
import { FileLink } from '../../../_parts/files/file-link'
import { TransactionCard } from '../../../_parts/ledger/transaction-card'
import { ListFrame } from '../../../_parts/list/list-frame'
import { SearchInput } from '../../../_parts/list/search-input'
import { useLiveQuery } from '../../../_parts/live/live-query'
import { daysQuery } from '../../../_parts/period/days'
import { PeriodPicker } from '../../../_parts/period/period-picker'
import { LedgerTabs } from '../../_parts/ledger-tabs'
import { type JournalFilters, journalInput, KIND_WORDS, KINDS, paramsOf } from './journal-query'

export function JournalPage({
  initial,
  initialFilters,
}: {
  initial: JournalPageData | null
  initialFilters: JournalFilters
}) {
  const { filters, now, zone, change, clear } = useJournalFilters()
  const input = journalInput(filters)
  const live = useLiveQuery(
    ['journal'],
    input,
    (wanted) => api.ledger.journal.query(wanted),
    { initial, initialQuery: journalInput(initialFilters) },
    { on: ['books'] },
  )
  const { q, kind, days } = filters
  return (
    <>
      <PageHeader
        title="Journal"
        note="Every transaction as it was posted, newest first."
        actions={<LedgerTabs here="journal" />}
      />
      <search className="mb-3 grid gap-2 sm:grid-cols-[minmax(0,1fr)_14rem_auto]">
        <SearchInput
          label="Search by transaction, payment, order, reference or metadata"
          placeholder="Id, reference, e-mail, or metadata as key=value"
          maxLength={200}
          value={q}
          onSearch={(text) => change({ q: text })}
        />
        <Select
          aria-label="Kind"
          value={kind ?? ''}
          onChange={(event) => change({ kind: KINDS.find((one) => one === event.target.value) ?? null })}
        >
          <option value="">Any kind</option>
          {KINDS.map((one) => (
            <option key={one} value={one}>
              {KIND_WORDS[one]}
            </option>
          ))}
        </Select>
        <FileLink file="/api/exports/journal" query={{ search: q?.trim(), kind, zone, ...days }}>
          Export CSV
        </FileLink>
      </search>
      <PeriodPicker query={days ?? { zone }} now={now} onChange={change} />
      <ListFrame
        live={live}
        filters={{
          active: Boolean(q || kind || days),
          params: paramsOf(filters),
          hint: 'Metadata is found as key=value, with the whole value.',
          clear,
        }}
        path="/dashboard/ledger/journal"
        name="journal"
        what="transactions"
        table={(transactions) => (
          <div className="grid grid-cols-1 gap-4 bg-canvas sm:p-4 xl:grid-cols-2">
            {transactions.map((transaction) => (
              <TransactionCard key={transaction.id} transaction={transaction} source />
            ))}
          </div>
        )}
        empty={
          <EmptyState title="Nothing posted yet">Transactions appear with the first payment.</EmptyState>
        }
      />
    </>
  )
}

function useJournalFilters() {
  const own = useZoneName()
  const [now] = useState(() => new Date())
  const [set, setFilters] = useQueryStates(
    {
      q: parseAsString,
      kind: parseAsStringLiteral(KINDS),
      first: parseAsString,
      last: parseAsString,
      zone: parseAsString,
      after: parseAsString,
    },
    { throttleMs: 200 },
  )
  const { q, kind, after, ...address } = set
  const days = address.first || address.last ? daysQuery(address, own, now) : null
  const change = (next: Partial<typeof set>) => setFilters({ ...next, after: null })
  const clear = () => setFilters(null)
  return { filters: { q, kind, days, after }, now, zone: days?.zone ?? own, change, clear }
}

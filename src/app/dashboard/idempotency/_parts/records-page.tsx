'use client'
import Link from 'next/link'
import { buttonClass } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { Select } from '@/ui/field'
import { PageHeader } from '@/ui/page-header'
import { api, type RecordPage } from '../../_parts/api'
import { ListFrame } from '../../_parts/list/list-frame'
import { SearchInput } from '../../_parts/list/search-input'
import { useLiveQuery } from '../../_parts/live/live-query'
import { RECORD_STATES, stateLabel } from '../../_parts/record-state'
import { RecordTable } from './record-table'
import { paramsOf, queryOf, type RecordListQuery, useRecordFilters } from './use-record-query'
import { ViewTabs } from './view-tabs'

export function RecordsPage({
  initial,
  initialQuery,
}: {
  initial: RecordPage | null
  initialQuery: RecordListQuery
}) {
  const { filters, change, clear } = useRecordFilters()
  const query = queryOf(filters)
  const live = useLiveQuery(
    ['records'],
    query,
    (wanted) => api.idempotency.list.query(wanted),
    { initial, initialQuery },
    { on: ['payments', 'acts'] },
  )
  const filtered = filters.q !== null || filters.state !== null
  return (
    <>
      <PageHeader
        title="Idempotency"
        note="One record per key: which worker executes it, a hash of the request, and the answer for every later request."
      />
      <ViewTabs here={tabOf(filters.state)} />
      <search className="mb-4 grid gap-2 sm:grid-cols-[minmax(14rem,28rem)_auto_1fr]">
        <SearchInput
          label="Search by key, record id or payment id"
          placeholder="Key, record id or pay_…"
          maxLength={255}
          value={filters.q}
          onSearch={(q) => change({ q })}
        />
        <Select
          aria-label="State"
          value={filters.state ?? ''}
          onChange={(event) =>
            change({ state: RECORD_STATES.find((state) => state === event.target.value) ?? null })
          }
        >
          <option value="">Any state</option>
          {RECORD_STATES.map((state) => (
            <option key={state} value={state}>
              {stateLabel(state)}
            </option>
          ))}
        </Select>
      </search>
      <ListFrame
        live={live}
        filters={{ active: filtered, params: paramsOf(filters), clear }}
        path="/dashboard/idempotency"
        what="records"
        table={(records) => <RecordTable records={records} />}
        empty={<NoneYet />}
      />
    </>
  )
}

/** The tab of a state; none for one that has no tab. */
function tabOf(state: string | null) {
  if (state === null) return 'all'
  return state === 'unknown' || state === 'parked' ? state : null
}

function NoneYet() {
  return (
    <EmptyState
      title="No keys used yet"
      action={
        <Link href="/" className={buttonClass('primary')}>
          Run a test payment
        </Link>
      }
    />
  )
}

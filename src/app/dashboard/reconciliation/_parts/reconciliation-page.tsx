'use client'
import { buttonClass } from '@/ui/button'
import { EmptyState } from '@/ui/empty-state'
import { Input, Select } from '@/ui/field'
import { PageHeader } from '@/ui/page-header'
import { api, type MovementPage } from '../../_parts/api'
import { DisputeCard } from '../../_parts/dispute-card'
import { ListFrame } from '../../_parts/list/list-frame'
import { useLive } from '../../_parts/live/live-query'
import { MovementSumsCard } from './movement-sums-card'
import { MovementTable, STATE_WORDS } from './movement-table'
import {
  exportUrl,
  type MovementQuery,
  paramsOf,
  queryOf,
  STATES,
  useMovementFilters,
} from './use-movement-query'

/** The bank's movements of money beside our ledger: what matches, what is explained, and what nobody can explain. */
export function ReconciliationPage({
  initial,
  initialQuery,
}: {
  initial: MovementPage | null
  initialQuery: MovementQuery
}) {
  const { filters, change, clear } = useMovementFilters()
  const query = queryOf(filters)
  const { cursor: _cursor, state: _state, ...period } = query
  const isInitial = JSON.stringify(query) === JSON.stringify(initialQuery)
  const live = useLive(
    ['reconciliation', query],
    () => api.reconciliation.list.query(query),
    isInitial ? (initial ?? undefined) : undefined,
  )
  const sums = useLive(
    ['reconciliation-sums', period],
    () => api.reconciliation.sums.query(period),
    undefined,
  )
  const disputes = useLive(['reconciliation-disputes'], () => api.reconciliation.disputes.query(), undefined)
  const filtered = Boolean(filters.from || filters.until || filters.currency || filters.state)
  return (
    <>
      <PageHeader
        title="Bank"
        note="Every movement of money at the bank, compared with our ledger. A difference needs a person."
      />
      {sums.data && sums.data.length > 0 && (
        <MovementSumsCard sums={sums.data} onState={(state) => change({ state })} />
      )}
      {disputes.data && <DisputeCard disputes={disputes.data} withPayment />}
      <search className="mb-4 grid gap-2 sm:grid-cols-2 xl:grid-cols-4">
        <label htmlFor="movements-from" className="block text-ink-2 text-xs">
          From (UTC)
          <Input
            id="movements-from"
            type="datetime-local"
            value={filters.from ?? ''}
            onChange={(event) => change({ from: event.target.value || null })}
          />
        </label>
        <label htmlFor="movements-until" className="block text-ink-2 text-xs">
          Until (UTC)
          <Input
            id="movements-until"
            type="datetime-local"
            value={filters.until ?? ''}
            onChange={(event) => change({ until: event.target.value || null })}
          />
        </label>
        <label htmlFor="movements-currency" className="block text-ink-2 text-xs">
          Currency
          <Input
            id="movements-currency"
            type="search"
            placeholder="EUR"
            maxLength={3}
            value={filters.currency ?? ''}
            onChange={(event) => change({ currency: event.target.value || null })}
          />
        </label>
        <label htmlFor="movements-state" className="block text-ink-2 text-xs">
          Judgement
          <Select
            id="movements-state"
            value={filters.state ?? ''}
            onChange={(event) => change({ state: event.target.value || null })}
          >
            <option value="">All</option>
            {STATES.map((state) => (
              <option key={state} value={state}>
                {STATE_WORDS[state].word}
              </option>
            ))}
          </Select>
        </label>
      </search>
      <p className="mb-4">
        <a href={exportUrl(filters)} download className={buttonClass('secondary')}>
          Export CSV
        </a>
      </p>
      <ListFrame
        live={live}
        filters={{ active: filtered, params: paramsOf(filters), clear }}
        path="/dashboard/reconciliation"
        what="movements"
        table={(movements) => <MovementTable movements={movements} />}
        empty={
          <EmptyState title="The bank has listed nothing yet">
            Its list is read every few minutes. A bank without such a list leaves this page empty.
          </EmptyState>
        }
      />
    </>
  )
}

'use client'
import { EmptyState } from '@/ui/empty-state'
import { Input, Select } from '@/ui/field'
import { PageHeader } from '@/ui/page-header'
import { useZoneName } from '@/ui/timestamp'
import { api, type MovementPage } from '../../_parts/api'
import { DisputeCard } from '../../_parts/dispute-card'
import { FileLink } from '../../_parts/files/file-link'
import { InstantInput } from '../../_parts/list/instant-input'
import { ListFrame } from '../../_parts/list/list-frame'
import { timeParam } from '../../_parts/list/search-params'
import { useLive, useLiveQuery } from '../../_parts/live/live-query'
import { StrayCharges } from '../../_parts/resolutions/stray-charges'
import { WaitingResolutions } from '../../_parts/resolutions/waiting-resolutions'
import { MovementSumsCard } from './movement-sums-card'
import { MovementTable, STATE_WORDS } from './movement-table'
import {
  exportQuery,
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
  const zone = useZoneName()
  const query = queryOf(filters)
  const { cursor: _cursor, state: _state, ...period } = query
  const live = useLiveQuery(
    ['reconciliation'],
    query,
    (wanted) => api.reconciliation.list.query(wanted),
    { initial, initialQuery },
    { on: ['books'], everyMs: 15_000 },
  )
  const sums = useLive(
    ['reconciliation-sums', period],
    () => api.reconciliation.sums.query(period),
    undefined,
    { on: ['books'], everyMs: 15_000 },
  )
  const disputes = useLive(
    ['reconciliation-disputes'],
    () => api.reconciliation.disputes.query(),
    undefined,
    { on: ['payments', 'books'] },
  )
  const filtered = Boolean(filters.from || filters.until || filters.currency || filters.state)
  return (
    <>
      <PageHeader
        title="Bank"
        note="Every movement of money at the bank, compared with our ledger. A difference needs a person."
      />
      <WaitingResolutions />
      <StrayCharges />
      {sums.data && sums.data.length > 0 && (
        <MovementSumsCard sums={sums.data} onState={(state) => change({ state })} />
      )}
      {disputes.data && <DisputeCard disputes={disputes.data} withPayment />}
      <search className="mb-4 grid gap-2 sm:grid-cols-2 xl:grid-cols-4">
        <label htmlFor="movements-from" className="block text-ink-2 text-xs">
          From
          <InstantInput
            id="movements-from"
            value={timeParam(filters.from ?? undefined) ?? null}
            onChange={(from) => change({ from })}
          />
        </label>
        <label htmlFor="movements-until" className="block text-ink-2 text-xs">
          Until
          <InstantInput
            id="movements-until"
            value={timeParam(filters.until ?? undefined) ?? null}
            onChange={(until) => change({ until })}
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
        <FileLink file="/api/reconciliation/export" query={{ ...exportQuery(filters), zone }}>
          Export CSV
        </FileLink>
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

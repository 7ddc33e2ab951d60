'use client'
import { EmptyState } from '@/ui/empty-state'
import { Select } from '@/ui/field'
import { PageHeader } from '@/ui/page-header'
import { api, type EventPage } from '../../_parts/api'
import { ListFrame } from '../../_parts/list/list-frame'
import { SearchInput } from '../../_parts/list/search-input'
import { useLiveQuery } from '../../_parts/live/live-query'
import { EVENT_STATES, eventStateLabel } from './event-state'
import { EventTable } from './event-table'
import { type EventListQuery, paramsOf, queryOf, useEventFilters } from './use-event-query'

export function InboxPage({
  initial,
  initialQuery,
}: {
  initial: EventPage | null
  initialQuery: EventListQuery
}) {
  const { filters, change, clear } = useEventFilters()
  const query = queryOf(filters)
  const live = useLiveQuery(['inbox'], query, (wanted) => api.inbox.list.query(wanted), {
    initial,
    initialQuery,
  })
  return (
    <>
      <PageHeader
        title="Inbox"
        note="What Stripe tells us. An event moves no money: it has us ask Stripe, and the answer counts."
      />
      <search className="mb-4 grid gap-2 sm:grid-cols-[minmax(14rem,28rem)_auto_1fr]">
        <SearchInput
          label="Search by the id of an event or of its object"
          placeholder="evt_…, pi_…, ch_… or re_…"
          maxLength={255}
          value={filters.q}
          onSearch={(q) => change({ q })}
        />
        <Select
          aria-label="State"
          value={filters.state ?? ''}
          onChange={(event) =>
            change({ state: EVENT_STATES.find((state) => state === event.target.value) ?? null })
          }
        >
          <option value="">Any state</option>
          {EVENT_STATES.map((state) => (
            <option key={state} value={state}>
              {eventStateLabel(state)}
            </option>
          ))}
        </Select>
      </search>
      <ListFrame
        live={live}
        filters={{
          active: filters.q !== null || filters.state !== null,
          params: paramsOf(filters),
          hint: 'Search takes whole ids only.',
          clear,
        }}
        path="/dashboard/inbox"
        what="events"
        table={(events) => <EventTable events={events} />}
        empty={
          <EmptyState title="No events yet">
            Events come here once an endpoint at Stripe sends them to this installation.
          </EmptyState>
        }
      />
    </>
  )
}

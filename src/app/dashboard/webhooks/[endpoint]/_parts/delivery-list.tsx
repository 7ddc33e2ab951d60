'use client'
import type { ReactNode } from 'react'
import { EmptyState } from '@/ui/empty-state'
import { Select } from '@/ui/field'
import { api, type DeliveryPage } from '../../../_parts/api'
import { ListFrame } from '../../../_parts/list/list-frame'
import { useLiveQuery } from '../../../_parts/live/live-query'
import { DELIVERY_STATES, deliveryStateLabel } from '../../_parts/delivery-state'
import { DeliveryTable } from './delivery-table'
import { type DeliveryListQuery, paramsOf, queryOf, useDeliveryFilters } from './use-delivery-query'

/**
 * The log of deliveries to an endpoint.
 * @param actions beside its heading
 */
export function DeliveryList({
  endpointId,
  initial,
  initialQuery,
  actions,
}: {
  endpointId: string
  initial: DeliveryPage | null
  initialQuery: DeliveryListQuery
  actions: ReactNode
}) {
  const { filters, change, clear } = useDeliveryFilters()
  const query = queryOf(filters)
  const live = useLiveQuery(
    ['deliveries', endpointId],
    query,
    (wanted) => api.webhooks.deliveries.query({ id: endpointId, ...wanted }),
    { initial, initialQuery },
    { everyMs: 2_000 },
  )
  return (
    <section aria-labelledby="deliveries">
      <div className="mt-8 mb-3 flex flex-wrap items-end justify-between gap-x-4 gap-y-2">
        <div>
          <h2 id="deliveries" className="font-semibold text-sm">
            Deliveries
          </h2>
          <p className="text-ink-3 text-ui">Each event with your server’s answers. Kept for 30 days.</p>
        </div>
        <div className="flex flex-wrap items-center gap-2">
          <Select
            aria-label="State"
            value={filters.state ?? ''}
            onChange={(event) =>
              change({ state: DELIVERY_STATES.find((state) => state === event.target.value) ?? null })
            }
          >
            <option value="">Any state</option>
            {DELIVERY_STATES.map((state) => (
              <option key={state} value={state}>
                {deliveryStateLabel(state)}
              </option>
            ))}
          </Select>
          {actions}
        </div>
      </div>
      <ListFrame
        live={live}
        filters={{ active: filters.state !== null, params: paramsOf(filters), clear }}
        path={`/dashboard/webhooks/${endpointId}`}
        what="deliveries"
        table={(deliveries) => <DeliveryTable deliveries={deliveries} />}
        empty={
          <EmptyState title="Nothing was sent yet">
            Events that happen from now on come here. Send a test event to see one at once.
          </EmptyState>
        }
      />
    </section>
  )
}

'use client'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { EmptyState } from '@/ui/empty-state'
import { SkeletonRows } from '@/ui/skeleton'
import { Refetching, StaleDataBanner } from '../live/stale-data'
import { type ListedRow, useSteadyRows } from './new-rows'
import { NewRowsPill } from './new-rows-pill'
import { Pager } from './pager'

/**
 * The frame of a list: its rows, which stay where they are while newer ones wait to be asked for, its pages, and what stands there while it loads, when it is empty, and when it could not be loaded.
 * @param filters what is set, where it is, and how to remove it
 * @param name of the whole, in a sentence: *The list could not be loaded.*
 * @param what plural noun of the rows
 * @param byTime newest first; false: in another order
 * @param table draws the rows; called with at least one
 * @param empty what to show where nothing is filtered out
 */
export function ListFrame<Row extends ListedRow>({
  live,
  filters,
  path,
  name = 'list',
  what,
  byTime = true,
  table,
  empty,
}: {
  live: UseQueryResult<{ items: Row[]; nextCursor: string | null }>
  filters: { active: boolean; params: Record<string, string>; hint?: string; clear(): void }
  path: string
  name?: string
  what: string
  byTime?: boolean
  table(rows: readonly Row[]): ReactNode
  empty: ReactNode
}) {
  const steady = useSteadyRows(
    live.isPlaceholderData ? undefined : live.data?.items,
    byTime ? JSON.stringify(filters.params) : null,
  )
  return (
    <>
      <StaleDataBanner query={live} />
      <NewRowsPill waiting={steady.waiting} what={what} onShow={steady.show} />
      <Card className="overflow-hidden">
        {live.data ? (
          <Refetching active={live.isPlaceholderData}>
            {live.data.items.length > 0 ? (
              table(steady.rows ?? live.data.items)
            ) : filters.active ? (
              <EmptyState
                title={`No ${what} match`}
                action={<Button onClick={filters.clear}>Remove all filters</Button>}
              >
                {filters.hint}
              </EmptyState>
            ) : (
              empty
            )}
            <Pager
              path={path}
              params={filters.params}
              nextCursor={live.data.nextCursor}
              what={what}
              byTime={byTime}
            />
          </Refetching>
        ) : live.isError ? (
          <EmptyState
            title={`The ${name} could not be loaded.`}
            action={<Button onClick={() => live.refetch()}>Try again</Button>}
          >
            The server is not responding. We keep trying.
          </EmptyState>
        ) : (
          <SkeletonRows rows={10} />
        )}
      </Card>
    </>
  )
}

'use client'
import { parseAsBoolean, useQueryState } from 'nuqs'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { EmptyState } from '@/ui/empty-state'
import { PageHeader } from '@/ui/page-header'
import { SkeletonRows } from '@/ui/skeleton'
import { api, type TrialBalanceData, type TrialLineData } from '../../../_parts/api'
import { FileLink } from '../../../_parts/files/file-link'
import { useLiveQuery } from '../../../_parts/live/live-query'
import { Refetching, StaleDataBanner } from '../../../_parts/live/stale-data'
import { type DaysQuery, daysSentence } from '../../../_parts/period/days'
import { PeriodPicker } from '../../../_parts/period/period-picker'
import { useDays } from '../../../_parts/period/use-days'
import { LedgerTabs } from '../../_parts/ledger-tabs'
import { MoneyFlowCard } from './money-flow-card'
import { TrialTable } from './trial-table'

/** All accounts in all currencies in a period of days, on one page. */
export function TrialBalancePage({
  initial,
  initialQuery,
}: {
  initial: TrialBalanceData | null
  initialQuery: DaysQuery
}) {
  const { query, now, change } = useDays()
  const [all, setAll] = useQueryState('all', parseAsBoolean)
  const live = useLiveQuery(
    ['trial-balance'],
    query,
    (wanted) => api.ledger.trialBalance.query(wanted),
    { initial, initialQuery },
    { on: ['books'] },
  )
  return (
    <>
      <PageHeader
        title="Trial balance"
        note={`${capital(daysSentence(query))}: what each account had before, what was posted, and what it has after.`}
        actions={<LedgerTabs here="trial-balance" />}
      />
      <PeriodPicker query={query} now={now} onChange={change} />
      <StaleDataBanner query={live} />
      <div className="mb-4 flex flex-wrap items-center gap-x-4 gap-y-2">
        <FileLink file="/api/exports/trial-balance" query={{ ...query }}>
          Export CSV
        </FileLink>
        {query.first && query.last && (
          <FileLink file="/api/exports/month-end" query={{ ...query }}>
            Download the books as ZIP
          </FileLink>
        )}
        <label htmlFor="all-accounts" className="inline-flex min-h-6 items-center gap-2 text-ink-2 text-ui">
          <input
            id="all-accounts"
            type="checkbox"
            checked={all ?? false}
            onChange={(event) => setAll(event.target.checked || null)}
            className="size-4 accent-accent"
          />
          Show accounts that were not used
        </label>
      </div>
      {live.data ? (
        <Refetching active={live.isPlaceholderData}>
          <Books accounts={live.data.accounts} query={query} all={all ?? false} />
        </Refetching>
      ) : (
        <Card>
          {live.isError ? (
            <EmptyState
              title="The trial balance could not be loaded."
              action={<Button onClick={() => live.refetch()}>Try again</Button>}
            >
              The server is not responding. We keep trying.
            </EmptyState>
          ) : (
            <SkeletonRows rows={8} />
          )}
        </Card>
      )}
    </>
  )
}

function Books({
  accounts,
  query,
  all,
}: {
  accounts: readonly TrialLineData[]
  query: DaysQuery
  all: boolean
}) {
  const shown = accounts.filter((account) => all || isUsed(account))
  const currencies = [...new Set(shown.map(({ currency }) => currency))]
  if (currencies.length === 0)
    return (
      <Card>
        <EmptyState title="Nothing was posted until then, and no account has a balance">
          Choose a later period, or show accounts that were not used.
        </EmptyState>
      </Card>
    )
  return (
    <div className="flex flex-col gap-4">
      {currencies.map((currency) => (
        <TrialTable
          key={currency}
          currency={currency}
          accounts={shown.filter((account) => account.currency === currency)}
          query={query}
        />
      ))}
      <MoneyFlowCard accounts={accounts.filter(isUsed)} />
    </div>
  )
}

function isUsed({ opening, closing, entries }: TrialLineData): boolean {
  return BigInt(opening) !== 0n || BigInt(closing) !== 0n || entries > 0
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

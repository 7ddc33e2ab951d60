'use client'
import Link from 'next/link'
import { parseAsStringLiteral, useQueryState } from 'nuqs'
import { useState } from 'react'
import { buttonClass } from '@/ui/button'
import { Card, CardHeader } from '@/ui/card'
import { cx } from '@/ui/cx'
import { EmptyState } from '@/ui/empty-state'
import { PageHeader } from '@/ui/page-header'
import { api, type FirstStepsData, type OverviewData } from '../../_parts/api'
import { LedgerCheck } from '../../_parts/ledger/ledger-check'
import { useLive } from '../../_parts/live/live-query'
import { CHECKS_MS } from '../../_parts/live/live-state'
import { Refetching, StaleDataBanner } from '../../_parts/live/stale-data'
import { WaitingResolutions } from '../../_parts/resolutions/waiting-resolutions'
import { EnterSample } from '../../_parts/sample/enter-sample'
import { RequestsChart } from './chart/requests-chart'
import { FirstSteps } from './first-steps'
import { KeyFigures } from './key-figures'
import { RecentPayments } from './recent-payments'

const RANGE_NAMES = ['1h', '24h', '7d', '30d'] as const
type RangeName = (typeof RANGE_NAMES)[number]
const RANGE_LABELS: Record<RangeName, string> = {
  '1h': 'Last hour',
  '24h': '24 hours',
  '7d': '7 days',
  '30d': '30 days',
}

/** @param firstSteps what a newcomer has left to try; null: nothing */
export function OverviewPage({
  initial,
  initialRange,
  firstSteps,
}: {
  initial: OverviewData
  initialRange: RangeName
  firstSteps: { steps: FirstStepsData; token: string | null } | null
}) {
  const [dismissed, setDismissed] = useState(false)
  const [range, setRange] = useQueryState('range', parseAsStringLiteral(RANGE_NAMES).withDefault('24h'))
  const query = useLive(
    ['overview', range],
    () => api.payments.overview.query({ range }),
    range === initialRange ? initial : undefined,
    { on: ['payments', 'books'], everyMs: CHECKS_MS },
  )
  const data = query.data ?? initial
  return (
    <>
      <PageHeader title="Overview" actions={<RangeSwitch range={range} onChange={setRange} />} />
      <StaleDataBanner query={query} />
      <WaitingResolutions />
      <Refetching active={query.isPlaceholderData}>
        <div className="flex flex-col gap-4">
          {firstSteps && !dismissed && (
            <FirstSteps
              initial={firstSteps.steps}
              token={firstSteps.token}
              onDismiss={() => setDismissed(true)}
            />
          )}
          {data.any ? <KeyFigures data={data} /> : (!firstSteps || dismissed) && <FirstRun />}
          {data.ledger ? (
            <LedgerCheck check={data.ledger} receivedAt={query.dataUpdatedAt} />
          ) : (
            <Unread title="Ledger check" />
          )}
          {data.any && (
            <>
              {data.buckets ? (
                <RequestsChart data={{ ...data, buckets: data.buckets }} range={range} />
              ) : (
                <Unread title="Requests" />
              )}
              {data.feed ? <RecentPayments payments={data.feed} /> : <Unread title="Latest payments" />}
            </>
          )}
        </div>
      </Refetching>
    </>
  )
}

/** In the place of a part that the server could not read. */
function Unread({ title }: { title: string }) {
  return (
    <Card>
      <CardHeader title={title} />
      <EmptyState title="This part could not be read.">
        The other parts are not affected. It is read again with the next refresh.
      </EmptyState>
    </Card>
  )
}

function RangeSwitch({ range, onChange }: { range: RangeName; onChange(range: RangeName): void }) {
  return (
    <fieldset className="inline-flex flex-wrap rounded-md border border-line bg-surface p-0.5 shadow-card">
      <legend className="sr-only">Time range</legend>
      {RANGE_NAMES.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === range}
          onClick={() => onChange(name)}
          className={cx(
            'h-7 whitespace-nowrap rounded-sm px-2.5 font-medium text-ink-3 text-ui hover:text-ink max-sm:px-2',
            'aria-pressed:bg-muted aria-pressed:text-ink',
          )}
        >
          {RANGE_LABELS[name]}
        </button>
      ))}
    </fieldset>
  )
}

function FirstRun() {
  return (
    <Card>
      <CardHeader title="No payments yet" />
      <EmptyState
        title="Press Pay as often as you like: you will see one charge."
        action={
          <Link href="/" className={buttonClass('primary')}>
            Run a test payment
          </Link>
        }
      >
        Start an order in the test shop, pay it with a test card, and press Pay many times. The requests, the
        charge and the ledger entries appear here as they happen.
      </EmptyState>
      <EnterSample />
    </Card>
  )
}

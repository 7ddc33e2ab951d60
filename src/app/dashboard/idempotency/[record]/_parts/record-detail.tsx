'use client'
import Link from 'next/link'
import { indentJson } from '@/lib/json-text'
import { Card, CardHeader } from '@/ui/card'
import { shorten } from '@/ui/copy-id'
import { LINK } from '@/ui/nav'
import { PageHeader } from '@/ui/page-header'
import { api, type RecordData } from '../../../_parts/api'
import { AttemptList } from '../../../_parts/attempts/attempt-list'
import { useLive } from '../../../_parts/live/live-query'
import { StaleDataBanner } from '../../../_parts/live/stale-data'
import { explainPresses } from '../../../_parts/payment-sentences'
import { RecordState } from '../../../_parts/record-state'
import { AuditTrail } from './audit-trail'
import { ParkedBanner } from './parked-banner'
import { FingerprintFacts, LeaseFacts, RecordFacts } from './record-facts'

export function RecordDetailPage({ initial }: { initial: RecordData }) {
  const query = useLive(
    ['record', initial.id],
    () => api.idempotency.get.query({ id: initial.id }),
    initial,
    { on: ['payments', 'acts'], everyMs: 10_000 },
  )
  const record = query.data ?? initial
  return (
    <>
      <PageHeader
        back={
          <Link href="/dashboard/idempotency" className={LINK}>
            Idempotency
          </Link>
        }
        title={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <span className="break-all font-mono text-lg" title={record.key}>
              {shorten(record.key, 13, 6)}
            </span>
            <RecordState state={record.state} />
          </span>
        }
        note={explainPresses(record, record.sentBy)}
      />
      <StaleDataBanner query={query} />
      <div className="flex flex-col gap-4">
        {record.parkedAt && <ParkedBanner record={record} refresh={() => query.refetch()} />}
        <Card className="overflow-hidden">
          <CardHeader
            title="Attempts"
            note="Every request with this key; the one that did the work comes first."
          />
          <AttemptList attempts={record.attempts} />
        </Card>
        <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_23rem]">
          <StoredAnswer record={record} />
          <div className="flex min-w-0 flex-col gap-4">
            <RecordFacts record={record} />
            <LeaseFacts record={record} />
            <FingerprintFacts record={record} />
            {record.audit.length > 0 && <AuditTrail entries={record.audit} />}
          </div>
        </div>
      </div>
    </>
  )
}

/** The stored answer, as every replay gets it but for the line breaks. */
function StoredAnswer({ record }: { record: RecordData }) {
  return (
    <Card>
      <CardHeader
        title="Stored answer"
        note={
          record.answer === null
            ? 'No answer yet.'
            : `Status ${record.status}. Every replay gets the same bytes; lines are broken here for reading only.`
        }
      />
      {record.answer !== null && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area must be reachable by keyboard
        <section tabIndex={0} aria-label="Stored answer" className="max-h-96 overflow-auto px-4 py-4 sm:px-5">
          <pre className="whitespace-pre-wrap font-mono text-xs leading-5 [overflow-wrap:anywhere]">
            {indentJson(record.answer)}
          </pre>
        </section>
      )}
    </Card>
  )
}

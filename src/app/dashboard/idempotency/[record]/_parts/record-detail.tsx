'use client'
import Link from 'next/link'
import { Card, CardHeader, Fact, Facts } from '@/ui/card'
import { CopyId, shorten } from '@/ui/copy-id'
import { LINK } from '@/ui/nav'
import { PageHeader } from '@/ui/page-header'
import { Timestamp } from '@/ui/timestamp'
import { api, type RecordData } from '../../../_parts/api'
import { AttemptList } from '../../../_parts/attempts/attempt-list'
import { useLive } from '../../../_parts/live/live-query'
import { StaleDataBanner } from '../../../_parts/live/stale-data'
import { explainPresses } from '../../../_parts/payment-sentences'
import { RecordState } from '../../../_parts/record-state'
import { AuditTrail } from './audit-trail'
import { ParkedBanner } from './parked-banner'

export function RecordDetailPage({ initial }: { initial: RecordData }) {
  const query = useLive(['record', initial.id], () => api.idempotency.get.query({ id: initial.id }), initial)
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
            note="Each request that carried this key; first, the one that did the work."
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

/** The answer as text, byte for byte: what every replay gets. */
function StoredAnswer({ record }: { record: RecordData }) {
  return (
    <Card>
      <CardHeader
        title="Stored answer"
        note={
          record.answer === null
            ? 'There is none yet.'
            : `Status ${record.status}; every replay gets exactly these bytes.`
        }
      />
      {record.answer !== null && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <section tabIndex={0} aria-label="Stored answer" className="max-h-96 overflow-auto px-4 py-4 sm:px-5">
          <pre className="whitespace-pre-wrap break-all font-mono text-xs leading-5">{record.answer}</pre>
        </section>
      )}
    </Card>
  )
}

function RecordFacts({ record }: { record: RecordData }) {
  return (
    <Card>
      <CardHeader title="Record" />
      <div className="px-4 py-1.5 sm:px-5">
        <Facts>
          <Fact name="Key">
            <CopyId id={record.key} />
          </Fact>
          <Fact name="Id">
            <CopyId id={record.id} />
          </Fact>
          <Fact name="Operation">
            <span className="font-mono text-xs">{record.operation}</span>
          </Fact>
          <Fact name="Scope">
            <CopyId id={record.scope} />
          </Fact>
          <Fact name="Payment">
            {record.paymentId ? (
              <Link href={`/dashboard/payments/${record.paymentId}`} className={LINK}>
                Open
              </Link>
            ) : (
              '—'
            )}
          </Fact>
          {record.subjectId && !record.paymentId && (
            <Fact name="Made">
              <CopyId id={record.subjectId} />
            </Fact>
          )}
          <Fact name="First seen">
            <Timestamp at={record.createdAt} />
          </Fact>
          <Fact name="Last seen">{record.lastSeenAt ? <Timestamp at={record.lastSeenAt} /> : '—'}</Fact>
          <Fact name="Completed">{record.completedAt ? <Timestamp at={record.completedAt} /> : '—'}</Fact>
          <Fact name="Answer kept until">
            <Timestamp at={record.expiresAt} />
          </Fact>
          {record.problem && (
            <Fact name="Problem">
              <span className="font-mono text-xs">{record.problem}</span>
            </Fact>
          )}
        </Facts>
      </div>
    </Card>
  )
}

function LeaseFacts({ record }: { record: RecordData }) {
  const running = record.state === 'claimed' || record.state === 'sending'
  return (
    <Card>
      <CardHeader title="Lease" note={leaseNote(record, running)} />
      <div className="px-4 py-1.5 sm:px-5">
        <Facts>
          <Fact name={running ? 'Holder' : 'Last holder'}>
            <span className="break-all font-mono text-xs">{record.worker}</span>
          </Fact>
          <Fact name="Fence">{record.fence}</Fact>
          <Fact name="Lease until">
            <Timestamp at={record.leaseUntil} />
          </Fact>
        </Facts>
      </div>
    </Card>
  )
}

function leaseNote(record: RecordData, running: boolean): string {
  if (record.state === 'parked') return 'Nobody asks any more: it waits for a person.'
  if (record.state === 'unknown') return 'Nobody may execute: the bank is asked first.'
  if (!running) return 'Finished: nobody needs it any more.'
  if (!record.leaseOver) return 'One worker executes; all others wait for its answer.'
  return record.state === 'claimed'
    ? 'Over: another worker may take it from here.'
    : 'Over while sending: the bank is asked, never charged again blindly.'
}

function FingerprintFacts({ record }: { record: RecordData }) {
  return (
    <Card>
      <CardHeader
        title="Fingerprint"
        note="Of what was asked: the same key with another payload is rejected."
      />
      <div className="px-4 py-1.5 sm:px-5">
        <Facts>
          <Fact name="SHA-256">
            <CopyId id={record.fingerprint} />
          </Fact>
          <Fact name="Version">{record.fingerprintVersion}</Fact>
        </Facts>
      </div>
    </Card>
  )
}

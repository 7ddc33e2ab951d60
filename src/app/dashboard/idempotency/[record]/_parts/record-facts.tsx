import Link from 'next/link'
import { Card, CardHeader, Fact, Facts } from '@/ui/card'
import { CopyId } from '@/ui/copy-id'
import { LINK } from '@/ui/nav'
import { Timestamp } from '@/ui/timestamp'
import type { RecordData } from '../../../_parts/api'

export function RecordFacts({ record }: { record: RecordData }) {
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
          {record.subjectId && !record.subjectId.startsWith('pay_') && (
            <Fact name={record.subjectId.startsWith('ref_') ? 'Refund' : 'Order'}>
              <CopyId id={record.subjectId} />
            </Fact>
          )}
          {record.sentBy === 'program' && (
            <Fact name="Requests">
              <Link
                href={`/dashboard/developers/requests?${new URLSearchParams({ key: record.key })}`}
                prefetch={false}
                className={LINK}
              >
                In the request log
              </Link>
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

export function LeaseFacts({ record }: { record: RecordData }) {
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
  if (record.state === 'parked') return 'Parked: an operator has to decide.'
  if (record.state === 'unknown') return 'Outcome unknown: the bank is asked before anything else runs.'
  if (!running) return 'Finished: the lease is no longer needed.'
  if (!record.leaseOver) return 'One worker executes; the others wait for its answer.'
  return record.state === 'claimed'
    ? 'Expired: another worker may take over.'
    : 'Expired while sending: the bank is asked first, and never charged again.'
}

export function FingerprintFacts({ record }: { record: RecordData }) {
  return (
    <Card>
      <CardHeader
        title="Fingerprint"
        note="A hash of the request: the same key with another payload is rejected."
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

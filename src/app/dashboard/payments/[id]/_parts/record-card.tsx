import Link from 'next/link'
import { Card, CardHeader, Fact, Facts } from '@/ui/card'
import { CopyId } from '@/ui/copy-id'
import { LINK } from '@/ui/nav'
import { Timestamp } from '@/ui/timestamp'
import type { PaymentData } from '../../../_parts/api'
import { RecordState } from '../../../_parts/record-state'

/** The idempotency record behind the payment: it gives a second press the first one's answer. */
export function RecordCard({ record }: { record: PaymentData['record'] }) {
  if (!record) return null
  return (
    <Card>
      <CardHeader
        title="Idempotency record"
        actions={
          <Link
            href={`/dashboard/idempotency/${encodeURIComponent(record.id)}`}
            className={`${LINK} text-ui`}
          >
            Open
          </Link>
        }
      />
      <div className="px-4 py-1.5 sm:px-5">
        <Facts>
          <Fact name="State">
            <RecordState state={record.state} />
          </Fact>
          <Fact name="Key">
            <CopyId id={record.key} />
          </Fact>
          <Fact name="Operation">
            <span className="font-mono text-xs">{record.operation}</span>
          </Fact>
          <Fact name="Answered with">{record.status ?? '—'}</Fact>
          <Fact name="Worker">
            <span className="break-all font-mono text-xs">{record.worker}</span>
          </Fact>
          <Fact name="Fence">{record.fence}</Fact>
          <Fact name="Answer kept until">
            <Timestamp at={record.expiresAt} style="day" />
          </Fact>
        </Facts>
      </div>
    </Card>
  )
}

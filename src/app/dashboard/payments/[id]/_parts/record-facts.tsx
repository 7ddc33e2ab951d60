import Link from 'next/link'
import { Fact, Facts } from '@/ui/card'
import { CopyId } from '@/ui/copy-id'
import { LINK } from '@/ui/nav'
import { Timestamp } from '@/ui/timestamp'
import type { PaymentData } from '../../../_parts/api'
import { RecordState } from '../../../_parts/record-state'

/** The idempotency record behind the payment: it gives a second press the first one's answer. */
export function RecordFactList({ record }: { record: NonNullable<PaymentData['record']> }) {
  return (
    <Facts>
      <Fact name="Idempotency record">
        <Link href={`/dashboard/idempotency/${encodeURIComponent(record.id)}`} className={LINK}>
          Open
        </Link>
      </Fact>
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
      <Fact name="Answer kept until">
        <Timestamp at={record.expiresAt} style="day" />
      </Fact>
    </Facts>
  )
}

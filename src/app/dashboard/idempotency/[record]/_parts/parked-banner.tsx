import { Banner } from '@/ui/banner'
import { Timestamp } from '@/ui/timestamp'
import type { RecordData } from '../../../_parts/api'
import { AskAgain } from '../../../_parts/ask-again'

/** The resolver gave up on this record. An operator checks the bank's own pages and has the bank asked again, which never charges. */
export function ParkedBanner({ record, refresh }: { record: RecordData; refresh(): Promise<unknown> }) {
  return (
    <Banner tone="bad" title="Parked: action needed">
      <p>
        Since <Timestamp at={record.parkedAt ?? record.createdAt} />: {record.parkedReason}. Nobody asks the
        bank any more, and nothing is sent to it again.
      </p>
      <AskAgain recordId={record.id} refresh={refresh} />
    </Banner>
  )
}

import { Card, CardHeader } from '@/ui/card'
import { Timestamp } from '@/ui/timestamp'
import type { RecordData } from '../../../_parts/api'

/** The audit log of a record: every action by hand, and every time the system gave up. */
export function AuditTrail({ entries }: { entries: RecordData['audit'] }) {
  return (
    <Card>
      <CardHeader title="Audit" note="Actions by hand, and records the system gave up on. Never edited." />
      <ol className="flex flex-col gap-3 px-4 py-3.5 text-ui sm:px-5">
        {entries.map(({ id, actor, action, detail, at }) => (
          <li key={id}>
            <span className="block text-ink-2">
              <Timestamp at={at} /> · <span className="break-all">{actor}</span>
            </span>
            <span className="font-mono text-xs">{action}</span>
            <span className="block">{detail}</span>
          </li>
        ))}
      </ol>
    </Card>
  )
}

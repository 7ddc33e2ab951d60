import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Timestamp } from '@/ui/timestamp'
import type { SessionData } from '../api'
import { useSubmitOnce } from '../dialog/use-submit-once'
import { deviceName } from './device-name'

/** A session with its device, its address and its last use. The one that asks ends by signing out. */
export function SessionItem({
  session,
  end,
  onEnded,
}: {
  session: SessionData
  end(): Promise<unknown>
  onEnded(): void
}) {
  const act = useSubmitOnce(end, onEnded)
  const device = deviceName(session.device)
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1 px-4 py-2.5 text-ui sm:px-5">
      <span className="min-w-0 flex-1 basis-44">
        <span className="flex flex-wrap items-center gap-x-2 font-medium">
          {device} {session.current && <Badge tone="ok">This one</Badge>}
        </span>
        <span className="block text-ink-3 text-xs [overflow-wrap:anywhere]">
          {session.address || 'Address not known'} · signed in{' '}
          <Timestamp at={session.signedInAt} seconds={false} /> · last used{' '}
          <Timestamp at={session.lastUsedAt} seconds={false} />
        </span>
        <span role="alert" className="block text-bad text-xs empty:hidden">
          {act.failure}
        </span>
      </span>
      {!session.current && (
        <Button size="sm" busy={act.busy} onClick={act.press}>
          End<span className="sr-only"> the session of {device}</span>
        </Button>
      )}
    </li>
  )
}

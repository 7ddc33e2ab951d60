import { useQuery } from '@tanstack/react-query'
import { Button } from '@/ui/button'
import { CardBody } from '@/ui/card'
import { SkeletonRows } from '@/ui/skeleton'
import { api, type TeamMember } from '../../_parts/api'
import { Dialog, DialogFoot } from '../../_parts/dialog/dialog'
import { useSubmitOnce } from '../../_parts/dialog/use-submit-once'
import { SessionItem } from '../../_parts/sessions/session-item'

/** The sessions of another operator. Each ends at once, at the next request that it sends. */
export function SessionsDialog({ row, onClose }: { row: TeamMember; onClose(): void }) {
  const found = useQuery({
    queryKey: ['operator-sessions', row.id],
    queryFn: () => api.operators.sessions.query({ id: row.id }),
  })
  const refresh = () => void found.refetch()
  const all = useSubmitOnce(() => api.operators.endSessions.mutate({ id: row.id }), refresh)
  const sessions = found.data?.sessions
  return (
    <Dialog title={`Sessions of ${row.name}`} onClose={onClose}>
      {(close) => (
        <>
          {found.isPending && <SkeletonRows rows={2} />}
          {found.isError && (
            <CardBody className="text-sm">
              <p role="alert" className="text-bad">
                We could not load the sessions.
              </p>
            </CardBody>
          )}
          {sessions?.length === 0 && <CardBody className="text-ink-2 text-sm">No session is open.</CardBody>}
          <ul className="divide-y divide-line">
            {sessions?.map((session) => (
              <SessionItem
                key={session.id}
                session={session}
                end={() => api.operators.endSessions.mutate({ id: row.id, session: session.id })}
                onEnded={refresh}
              />
            ))}
          </ul>
          <DialogFoot status={all.failure}>
            <Button onClick={close}>Close</Button>
            {sessions && sessions.length > 0 && (
              <Button variant="danger" busy={all.busy} onClick={all.press}>
                End all
              </Button>
            )}
          </DialogFoot>
        </>
      )}
    </Dialog>
  )
}

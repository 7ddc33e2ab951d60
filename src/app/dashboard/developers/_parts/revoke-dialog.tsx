'use client'
import { Button } from '@/ui/button'
import { CardBody } from '@/ui/card'
import { Timestamp } from '@/ui/timestamp'
import { type ListedApiKey, api } from '../../_parts/api'
import { Dialog, DialogFoot } from './dialog'
import type { DialogResult } from './dialog-result'
import { useSubmitOnce } from './use-submit-once'

/** The last question before a key ends: it cannot be undone, and who still uses it is told. */
export function RevokeDialog({
  row,
  onDone,
  onClose,
}: {
  row: ListedApiKey
  onDone(done: DialogResult): void
  onClose(): void
}) {
  const act = useSubmitOnce(
    () => api.developers.revokeKey.mutate({ id: row.id }),
    () => onDone({ what: { outcome: 'revoked' }, name: row.name }),
  )
  return (
    <Dialog title={`Revoke “${row.name}”?`} onClose={onClose}>
      {(close) => (
        <>
          <CardBody className="text-ink-2 text-sm">
            <p>
              <span className="whitespace-nowrap font-mono text-xs">{row.hint}</span> ends at once: every
              program that uses it gets 401, also for requests that it repeats. This cannot be undone.
            </p>
            <p className="mt-3">
              {row.lastUsedAt ? (
                <>
                  It was last used on <Timestamp at={row.lastUsedAt} seconds={false} />.
                </>
              ) : (
                'It was never used.'
              )}
            </p>
          </CardBody>
          <DialogFoot status={act.failure}>
            <Button onClick={close}>Keep it</Button>
            <Button variant="danger" busy={act.busy} onClick={act.press}>
              Revoke key
            </Button>
          </DialogFoot>
        </>
      )}
    </Dialog>
  )
}

'use client'
import { Button } from '@/ui/button'
import { CardBody } from '@/ui/card'
import { Timestamp } from '@/ui/timestamp'
import { api, type ListedApiKey } from '../../_parts/api'
import { Dialog, DialogFoot } from '../../_parts/dialog/dialog'
import { useSubmitOnce } from '../../_parts/dialog/use-submit-once'
import type { DialogResult } from './dialog-result'

/** Confirms a revocation, which cannot be undone, and shows when the key was last used. */
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
              <span className="whitespace-nowrap font-mono text-xs">{row.hint}</span> stops at once: every
              program that uses it gets 401, for repeated requests too. This cannot be undone.
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

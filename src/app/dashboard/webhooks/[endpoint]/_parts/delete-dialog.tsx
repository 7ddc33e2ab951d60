'use client'
import { Button } from '@/ui/button'
import { CardBody } from '@/ui/card'
import { api, type WebhookEndpoint } from '../../../_parts/api'
import { Dialog, DialogFoot } from '../../../_parts/dialog/dialog'
import { counted } from '../../../_parts/words'
import { useAct } from '../../_parts/use-act'

/** Confirms a deletion, which cannot be undone. */
export function DeleteDialog({
  endpoint: { id, url, pending },
  onDone,
  onClose,
}: {
  endpoint: WebhookEndpoint
  onDone(): void
  onClose(): void
}) {
  const act = useAct({ id }, (asked) => api.webhooks.remove.mutate(asked), onDone)
  return (
    <Dialog title="Delete this endpoint?" onClose={onClose}>
      {(close) => (
        <>
          <CardBody className="text-ink-2 text-sm">
            <p>
              Nothing more is sent to <span className="[overflow-wrap:anywhere]">{url}</span>, and its secret
              ends at once. This cannot be undone. To let events wait, pause it instead.
            </p>
            {pending > 0 && (
              <p className="mt-3">
                {counted(pending, 'delivery waits', 'deliveries wait')} and will not be sent.
              </p>
            )}
          </CardBody>
          <DialogFoot status={act.failure}>
            <Button onClick={close}>Keep it</Button>
            <Button variant="danger" busy={act.busy} onClick={act.press}>
              Delete endpoint
            </Button>
          </DialogFoot>
        </>
      )}
    </Dialog>
  )
}

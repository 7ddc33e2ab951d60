'use client'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { TextField } from '@/ui/field'
import { api, type ListedAlert } from '../../_parts/api'
import { Dialog, DialogFoot } from '../../_parts/dialog/dialog'
import { useSubmitOnce } from '../../_parts/dialog/use-submit-once'

/** Takes an alert on, with a note for the others. */
export function AcknowledgeDialog({
  alert,
  onClose,
  onDone,
}: {
  alert: ListedAlert
  onClose(): void
  onDone(): void
}) {
  const [note, setNote] = useState('')
  const client = useQueryClient()
  const act = useSubmitOnce(
    () => api.alerts.acknowledge.mutate({ id: alert.id, note }),
    () => {
      void client.invalidateQueries({ queryKey: ['alarm'] })
      onDone()
    },
  )
  return (
    <Dialog title="Acknowledge this alert" onClose={onClose}>
      {(close) => (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            act.press()
          }}
        >
          <div className="flex flex-col gap-4 px-4 py-4 sm:px-5">
            <p className="text-sm">
              <strong className="font-medium">{alert.title}.</strong> You tell the others that you take it on.
              It ends nothing: the alert ends when its cause is gone.
            </p>
            <TextField
              id="alert-note"
              size="dense"
              label="Note"
              optional
              hint="What you do about it, for the others and for the audit log."
              maxLength={500}
              value={note}
              onChange={(event) => setNote(event.target.value)}
            />
          </div>
          <DialogFoot status={act.failure}>
            <Button onClick={close}>Not now</Button>
            <Button type="submit" variant="primary" busy={act.busy}>
              Acknowledge
            </Button>
          </DialogFoot>
        </form>
      )}
    </Dialog>
  )
}

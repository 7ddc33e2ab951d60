'use client'
import { useEffect, useState } from 'react'
import { instantOfWall, intlZone, wallTime } from '@/lib/wall-time'
import { Button } from '@/ui/button'
import { CardBody } from '@/ui/card'
import { TextField } from '@/ui/field'
import { useZone } from '@/ui/zone'
import { api, type WebhookEndpoint } from '../../../_parts/api'
import { Dialog, DialogFoot } from '../../../_parts/dialog/dialog'
import { useAct } from '../../_parts/use-act'

const FIELD = 'replay-since'
const DAY_MS = 86_400_000

/** Sends again what has not arrived since an instant: a day ago to begin with. */
export function ReplayDialog({
  endpoint: { id },
  onDone,
  onClose,
}: {
  endpoint: WebhookEndpoint
  onDone(): void
  onClose(): void
}) {
  const zone = useZone()
  const [text, setText] = useState(() =>
    wallTime(new Date(Date.now() - DAY_MS).toISOString(), zone).slice(0, 16),
  )
  const [tried, setTried] = useState(false)
  const at = instantOfWall(text, zone)
  const wrong = at === null ? 'Enter a day and a time' : undefined
  const since = at ?? ''
  const act = useAct({ id, since }, (asked) => api.webhooks.replay.mutate(asked), onDone)
  const { fields } = act
  useEffect(() => {
    if (fields.since) document.getElementById(FIELD)?.focus()
  }, [fields])
  return (
    <Dialog title="Send missed events again" onClose={onClose}>
      {(close) => (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            setTried(true)
            if (wrong) return document.getElementById(FIELD)?.focus()
            act.press()
          }}
        >
          <CardBody className="flex flex-col gap-4">
            <p className="text-ink-2 text-sm">
              Failed deliveries, and events that were not sent to this endpoint, as while it was disabled.
              What has arrived is left alone.
            </p>
            <TextField
              id={FIELD}
              size="dense"
              type="datetime-local"
              label={zone === 'local' ? 'Since' : `Since (${intlZone(zone)})`}
              hint="Within the last 30 days."
              value={text}
              onChange={(event) => setText(event.target.value)}
              error={(tried ? wrong : undefined) ?? fields.since}
            />
          </CardBody>
          <DialogFoot status={fields.since ? null : act.failure}>
            <Button onClick={close}>Cancel</Button>
            <Button type="submit" variant="primary" busy={act.busy}>
              Send again
            </Button>
          </DialogFoot>
        </form>
      )}
    </Dialog>
  )
}

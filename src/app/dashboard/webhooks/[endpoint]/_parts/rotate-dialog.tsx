'use client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { CardBody } from '@/ui/card'
import { Timestamp } from '@/ui/timestamp'
import { api, type WebhookEndpoint } from '../../../_parts/api'
import { Dialog, DialogFoot } from '../../../_parts/dialog/dialog'
import { OverlapChoice } from '../../../_parts/overlap-choice'
import { useAct } from '../../_parts/use-act'

export type Rotated = Awaited<ReturnType<typeof api.webhooks.rotateSecret.mutate>>

/** 168 h is also the server's limit. */
const OVERLAPS = [
  { hours: 24, word: '24 hours', hint: 'Both sign until then. Give your server the new one meanwhile.' },
  { hours: 168, word: '7 days', hint: 'The longest overlap possible.' },
  { hours: 0, word: 'Not at all', hint: 'Every secret before ends at once. Choose this after a leak.' },
]

/** Makes a new secret, and sets how long the one before signs too. */
export function RotateDialog({
  endpoint: { id, previousSecretUntil },
  onDone,
  onClose,
}: {
  endpoint: WebhookEndpoint
  onDone(done: Rotated): void
  onClose(): void
}) {
  const rotating = previousSecretUntil !== null
  const [overlapHours, setOverlap] = useState(rotating ? 0 : 24)
  const act = useAct({ id, overlapHours }, (asked) => api.webhooks.rotateSecret.mutate(asked), onDone)
  return (
    <Dialog title="Rotate the signing secret" onClose={onClose}>
      {(close) => (
        <>
          <CardBody>
            <p className="text-ink-2 text-sm">
              A new secret signs from now on. It is shown once.
              {previousSecretUntil && (
                <>
                  {' '}
                  The last rotation ends on <Timestamp at={previousSecretUntil} seconds={false} />; until then
                  you can only end both secrets.
                </>
              )}
            </p>
            <OverlapChoice
              legend="The present secret also signs for"
              choices={OVERLAPS.filter(({ hours }) => !rotating || hours === 0)}
              chosen={overlapHours}
              onChoose={setOverlap}
            />
          </CardBody>
          <DialogFoot status={act.failure}>
            <Button onClick={close}>Cancel</Button>
            <Button variant="primary" busy={act.busy} onClick={act.press}>
              Rotate secret
            </Button>
          </DialogFoot>
        </>
      )}
    </Dialog>
  )
}

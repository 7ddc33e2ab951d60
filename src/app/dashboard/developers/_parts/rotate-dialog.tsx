'use client'
import { mintKey } from '@payonce/idempotency/client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { CardBody } from '@/ui/card'
import { api, type ListedApiKey } from '../../_parts/api'
import { Dialog, DialogFoot } from '../../_parts/dialog/dialog'
import { useSubmitOnce } from '../../_parts/dialog/use-submit-once'
import { OverlapChoice } from '../../_parts/overlap-choice'
import { OVERLAPS } from './api-key-labels'
import type { DialogResult } from './dialog-result'

/** Creates a successor with the same name, scopes and lifetime, and sets how long the old key keeps working. */
export function RotateDialog({
  row,
  onDone,
  onClose,
}: {
  row: ListedApiKey
  onDone(done: DialogResult): void
  onClose(): void
}) {
  const [newId] = useState(() => mintKey())
  const [overlapHours, setOverlap] = useState(24)
  const act = useSubmitOnce(
    () => api.developers.rotateKey.mutate({ id: row.id, newId, overlapHours }),
    (what) => onDone({ what, name: row.name }),
  )
  return (
    <Dialog title={`Rotate “${row.name}”`} onClose={onClose}>
      {(close) => (
        <>
          <CardBody>
            <p className="text-ink-2 text-sm">
              A new key replaces <span className="whitespace-nowrap font-mono text-xs">{row.hint}</span>, with
              the same name and permissions. It is shown once.
            </p>
            <OverlapChoice
              legend="The old key keeps working"
              choices={OVERLAPS}
              chosen={overlapHours}
              onChoose={setOverlap}
            />
          </CardBody>
          <DialogFoot status={act.failure}>
            <Button onClick={close}>Cancel</Button>
            <Button variant="primary" busy={act.busy} onClick={act.press}>
              Rotate key
            </Button>
          </DialogFoot>
        </>
      )}
    </Dialog>
  )
}

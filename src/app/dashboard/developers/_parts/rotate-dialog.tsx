'use client'
import { useState } from 'react'
import { mintKey } from '@/idempotency/client/key'
import { Button } from '@/ui/button'
import { CardBody } from '@/ui/card'
import { api, type ListedApiKey } from '../../_parts/api'
import { Dialog, DialogFoot } from '../../_parts/dialog/dialog'
import { useSubmitOnce } from '../../_parts/dialog/use-submit-once'
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
            <fieldset className="mt-4">
              <legend className="mb-1.5 font-medium text-sm">The old key keeps working</legend>
              {OVERLAPS.map(({ hours, word, hint }) => (
                <label key={hours} className="flex items-start gap-2.5 py-1.5 text-sm">
                  <input
                    type="radio"
                    name="overlap"
                    className="mt-0.5 size-4 shrink-0"
                    checked={overlapHours === hours}
                    onChange={() => setOverlap(hours)}
                  />
                  <span>
                    {word} <span className="block text-ink-3 text-ui">{hint}</span>
                  </span>
                </label>
              ))}
            </fieldset>
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

'use client'
import { useState } from 'react'
import { createPasskey, PasskeyProblem } from '@/app/_passkey/passkey'
import { Button } from '@/ui/button'
import { CardBody } from '@/ui/card'
import { TextField } from '@/ui/field'
import { api } from '../../../_parts/api'
import { Dialog, DialogFoot } from '../../../_parts/dialog/dialog'
import { useSubmitOnce } from '../../../_parts/dialog/use-submit-once'

type Added = Awaited<ReturnType<typeof api.factors.addPasskey.mutate>>
/** The answer of the device, in the form that the server wants. */
type Registration = Parameters<typeof api.factors.addPasskey.mutate>[0]['response']

/** Adds a passkey under a name by which its owner finds it again. */
export function PasskeyDialog({
  onDone,
  onClose,
}: {
  onDone(recoveryCodes: string[] | null): void
  onClose(): void
}) {
  const [name, setName] = useState('')
  const [problem, setProblem] = useState<string | null>(null)
  const act = useSubmitOnce(
    () => add(name.trim()),
    (end) => (end instanceof PasskeyProblem ? setProblem(end.message) : onDone(end.recoveryCodes)),
  )
  return (
    <Dialog title="Add a passkey" onClose={onClose}>
      {(close) => (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            if (name.trim() === '') return document.getElementById('passkey-name')?.focus()
            setProblem(null)
            act.press()
          }}
        >
          <CardBody className="flex flex-col gap-4 text-sm">
            <p className="text-ink-2">
              A passkey is kept by this device, by your phone or by a security key. It signs you in without
              your password.
            </p>
            <TextField
              id="passkey-name"
              size="dense"
              label="Name"
              hint="By which you know it again, like “Work laptop”."
              autoComplete="off"
              maxLength={60}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </CardBody>
          <DialogFoot status={problem ?? act.failure}>
            <Button onClick={close}>Cancel</Button>
            <Button type="submit" variant="primary" busy={act.busy}>
              Add passkey
            </Button>
          </DialogFoot>
        </form>
      )}
    </Dialog>
  )
}

/** What the person did with the browser's own dialog is no failure of the server: it is an answer. */
async function add(name: string): Promise<Added | PasskeyProblem> {
  const options = await api.factors.beginPasskey.mutate()
  try {
    const response = (await createPasskey(options)) as Registration
    return await api.factors.addPasskey.mutate({ name, response })
  } catch (error) {
    if (error instanceof PasskeyProblem) return error
    throw error
  }
}

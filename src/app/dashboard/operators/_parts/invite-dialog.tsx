'use client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { TextField } from '@/ui/field'
import { api, type RoleName } from '../../_parts/api'
import { Dialog, DialogFoot } from '../../_parts/dialog/dialog'
import { useSubmitOnce } from '../../_parts/dialog/use-submit-once'
import { RoleChoice } from './role-choice'

/** Invites a person by e-mail address and role. The least rights are chosen until the admin chooses others. */
export function InviteDialog({
  onDone,
  onClose,
}: {
  onDone(made: { email: string; link: string }): void
  onClose(): void
}) {
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<RoleName>('viewer')
  const [tried, setTried] = useState(false)
  const wrong = !/^\S+@\S+\.\S+$/.test(email.trim())
  const act = useSubmitOnce(
    () => api.operators.invite.mutate({ email: email.trim(), role }),
    ({ link }) => onDone({ email: email.trim(), link }),
  )
  return (
    <Dialog title="Invite an operator" onClose={onClose}>
      {(close) => (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            setTried(true)
            if (wrong) return document.getElementById('invite-email')?.focus()
            act.press()
          }}
        >
          <div className="flex flex-col gap-5 px-4 py-4 sm:px-5">
            <TextField
              id="invite-email"
              size="dense"
              type="email"
              label="Email"
              hint="You get a link to send yourself; we send no e-mail."
              autoComplete="off"
              value={email}
              onChange={(event) => setEmail(event.target.value)}
              error={tried && wrong ? 'Enter an email address, like ada@example.com' : undefined}
            />
            <RoleChoice chosen={role} onChange={setRole} />
          </div>
          <DialogFoot status={act.failure}>
            <Button onClick={close}>Cancel</Button>
            <Button type="submit" variant="primary" busy={act.busy}>
              Make the link
            </Button>
          </DialogFoot>
        </form>
      )}
    </Dialog>
  )
}

'use client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { CardBody } from '@/ui/card'
import { api, type RoleName, type TeamMember } from '../../_parts/api'
import { Dialog, DialogFoot } from '../../_parts/dialog/dialog'
import { useSubmitOnce } from '../../_parts/dialog/use-submit-once'
import { RoleChoice } from './role-choice'

type MemberAction = 'role' | 'factors' | 'remove'

const TITLES: Record<MemberAction, (name: string) => string> = {
  role: (name) => `Role of ${name}`,
  factors: (name) => `Reset the second factor of ${name}?`,
  remove: (name) => `Remove ${name}?`,
}
const BUTTONS: Record<MemberAction, string> = {
  role: 'Change role',
  factors: 'Reset second factor',
  remove: 'Remove operator',
}
const EFFECTS = {
  factors:
    'is signed out at once. Their authenticator app, passkeys and recovery codes end, and they sign in with the password alone until they add new ones. Make sure that it is really they who asked.',
  remove: 'is signed out at once and cannot sign in any more. What they did stays in the audit log.',
}
const ACTIONS: Record<MemberAction, (row: TeamMember, role: RoleName) => Promise<unknown>> = {
  // With the role that is shown: a change by somebody else meanwhile is not undone unseen.
  role: ({ id, role: from }, role) => api.operators.setRole.mutate({ id, role, from }),
  factors: ({ id }) => api.operators.resetFactors.mutate({ id }),
  remove: ({ id }) => api.operators.remove.mutate({ id }),
}

/** Changes the role of an operator, resets their second factors, or removes them. */
export function MemberDialog({
  what,
  row,
  onDone,
  onClose,
}: {
  what: MemberAction
  row: TeamMember
  onDone(): void
  onClose(): void
}) {
  const [role, setRole] = useState(row.role)
  const act = useSubmitOnce(() => ACTIONS[what](row, role), onDone)
  return (
    <Dialog title={TITLES[what](row.name)} onClose={onClose}>
      {(close) => (
        <>
          <CardBody className="text-sm">
            {what === 'role' ? (
              <RoleChoice chosen={role} onChange={setRole} />
            ) : (
              <p className="text-ink-2">
                {row.email} {EFFECTS[what]}
              </p>
            )}
          </CardBody>
          <DialogFoot status={act.failure}>
            <Button onClick={close}>Cancel</Button>
            <Button variant={what === 'role' ? 'primary' : 'danger'} busy={act.busy} onClick={act.press}>
              {BUTTONS[what]}
            </Button>
          </DialogFoot>
        </>
      )}
    </Dialog>
  )
}

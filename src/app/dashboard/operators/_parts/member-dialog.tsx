'use client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { CardBody } from '@/ui/card'
import { api, type TeamMember } from '../../_parts/api'
import { Dialog, DialogFoot } from '../../_parts/dialog/dialog'
import { useSubmitOnce } from '../../_parts/dialog/use-submit-once'
import { RoleChoice } from './role-choice'

/** Changes the role of an operator, or removes them. */
export function MemberDialog({
  what,
  row,
  onDone,
  onClose,
}: {
  what: 'role' | 'remove'
  row: TeamMember
  onDone(): void
  onClose(): void
}) {
  const [role, setRole] = useState(row.role)
  const act = useSubmitOnce(
    () =>
      what === 'role'
        ? api.operators.setRole.mutate({ id: row.id, role })
        : api.operators.remove.mutate({ id: row.id }),
    onDone,
  )
  const title = what === 'role' ? `Role of ${row.name}` : `Remove ${row.name}?`
  return (
    <Dialog title={title} onClose={onClose}>
      {(close) => (
        <>
          <CardBody className="text-sm">
            {what === 'role' ? (
              <RoleChoice chosen={role} onChange={setRole} />
            ) : (
              <p className="text-ink-2">
                {row.email} is signed out at once and cannot sign in any more. What they did stays in the
                audit log.
              </p>
            )}
          </CardBody>
          <DialogFoot status={act.failure}>
            <Button onClick={close}>Cancel</Button>
            <Button variant={what === 'role' ? 'primary' : 'danger'} busy={act.busy} onClick={act.press}>
              {what === 'role' ? 'Change role' : 'Remove operator'}
            </Button>
          </DialogFoot>
        </>
      )}
    </Dialog>
  )
}

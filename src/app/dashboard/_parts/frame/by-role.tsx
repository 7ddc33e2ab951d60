'use client'
import Link from 'next/link'
import { createContext, type ReactNode, useContext } from 'react'
import { LINK } from '@/ui/nav'
import type { RoleName } from '../api'
import { ALL_ROLES, ROLE_LABELS } from '../role-labels'

/** The operator's role; null: the server cannot say who is signed in. */
const Role = createContext<RoleName | null>(null)

export function RoleProvider({ role, children }: { role: RoleName | null; children: ReactNode }) {
  return <Role value={role}>{children}</Role>
}

/** Whether the operator may do what needs this role. The server asks again. */
export function useMay(needed: RoleName): boolean {
  const role = useContext(Role)
  return role !== null && ALL_ROLES.indexOf(role) >= ALL_ROLES.indexOf(needed)
}

/** What a role may do. Whoever has a lower one reads in its place which role may, so that nothing is missing without a reason. */
export function ByRole({
  needs,
  what,
  children,
}: {
  needs: RoleName
  /** What it is for, in the words of its button. */
  what: string
  children: ReactNode
}) {
  return useMay(needs) ? children : <NeedsRole needs={needs} what={what} />
}

/** Says which role may do something. Nothing where nobody knows who is signed in. */
export function NeedsRole({ needs, what }: { needs: RoleName; what: string }) {
  if (useContext(Role) === null) return null
  return (
    <p className="text-ink-3 text-xs">
      {what}: needs the role{' '}
      <Link href="/dashboard/settings/roles" className={LINK}>
        {ROLE_LABELS[needs].word}
      </Link>
    </p>
  )
}

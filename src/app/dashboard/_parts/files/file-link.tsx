'use client'
import { createContext, type ReactNode, useContext } from 'react'
import { buttonClass } from '@/ui/button'
import type { RoleName } from '../api'
import { ROLE_LABELS } from '../role-labels'

const Allowed = createContext(false)

/** Whether the operator may take files out, for everything below it. The server asks again. */
export function FilesAllowed({ role, children }: { role: RoleName; children: ReactNode }) {
  return <Allowed value={role !== 'viewer'}>{children}</Allowed>
}

/**
 * A link to a file; whoever may not have it reads which role may.
 * @param query its filters; those that are null or empty are left out
 */
export function FileLink({
  file,
  query,
  children,
}: {
  file: string
  query: Record<string, string | null | undefined>
  children: ReactNode
}) {
  if (!useContext(Allowed))
    return (
      <p className="text-ink-3 text-xs">
        {children}: needs the role {ROLE_LABELS.support.word}
      </p>
    )
  const filters = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return (
    <a href={`${file}?${new URLSearchParams(filters)}`} download className={buttonClass('secondary')}>
      {children}
    </a>
  )
}

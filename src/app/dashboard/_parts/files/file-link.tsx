'use client'
import { buttonClass } from '@/ui/button'
import { ByRole } from '../frame/by-role'

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
  children: string
}) {
  const filters = Object.entries(query).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return (
    <ByRole needs="support" what={children}>
      <a href={`${file}?${new URLSearchParams(filters)}`} download className={buttonClass('secondary')}>
        {children}
      </a>
    </ByRole>
  )
}

'use client'
import { type ReactNode, useState } from 'react'
import { cx } from '@/ui/cx'

/**
 * Tints what it holds once when it changes while it is shown, so that an eye finds it; not at first, and not where less motion is asked for.
 * @param value changes when what is shown does
 */
export function Tint({
  value,
  className,
  children,
}: {
  value: string | number | null
  className?: string
  children: ReactNode
}) {
  const [seen, setSeen] = useState({ value, changes: 0 })
  if (seen.value !== value) setSeen({ value, changes: seen.changes + 1 })
  return (
    // A new key starts the animation anew.
    <span
      key={seen.changes}
      data-changed={seen.changes || undefined}
      className={cx('rounded-sm', seen.changes > 0 && 'motion-safe:animate-tint', className)}
    >
      {children}
    </span>
  )
}

'use client'
import { useEffect, useRef } from 'react'

/** One step of a dialog. Takes the focus when the step changes, so that a screen reader begins there and the keyboard stays in the dialog. */
export function DialogStep({ name, children }: { name: string; children: React.ReactNode }) {
  const ref = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the name decides which step it is
  useEffect(() => ref.current?.focus(), [name])
  return (
    <div ref={ref} tabIndex={-1} className="flex flex-col gap-4 rounded-md outline-none">
      {children}
    </div>
  )
}

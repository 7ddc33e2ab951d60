'use client'
import { type ReactNode, useEffect, useRef } from 'react'

/** The receipt's heading. It takes focus, since it answers the press of Pay that led here. */
export function ReceiptTitle({ children }: { children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <h1 ref={heading} tabIndex={-1} className="figures font-semibold text-3xl tracking-tight">
      {children}
    </h1>
  )
}

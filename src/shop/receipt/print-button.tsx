'use client'
import type { ReactNode } from 'react'
import { Button } from '@/ui/button'
import { Icon } from '@/ui/icon'

/** Prints the receipt. Opens the proof first, so that it is printed too. */
export function PrintButton({ children }: { children: ReactNode }) {
  const print = () => {
    for (const details of document.querySelectorAll('details')) details.open = true
    window.print()
  }
  return (
    <Button onClick={print}>
      <Icon name="printer" /> {children}
    </Button>
  )
}

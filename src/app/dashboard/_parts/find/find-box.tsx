'use client'
import { useRouter } from 'next/navigation'
import { useCallback, useEffect, useState } from 'react'
import { Icon } from '@/ui/icon'
import type { Viewer } from '../frame/viewer'
import { Shortcuts } from '../shortcuts/shortcuts'
import { FindDialog } from './find-dialog'

/** The button that opens the find box; so do ⌘K, Ctrl K and `/`, on every page. */
export function FindBox({ viewer }: { viewer: Viewer }) {
  const [open, setOpen] = useState(false)
  const router = useRouter()
  const find = useCallback(() => setOpen(true), [])
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const isShortcut = event.key.toLowerCase() === 'k' && (event.metaKey || event.ctrlKey)
      if (!isShortcut || event.altKey || event.shiftKey) return
      event.preventDefault()
      // Another dialog asks something already.
      if (!document.querySelector('dialog[open]')) setOpen(true)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
  return (
    <>
      <button
        type="button"
        onClick={() => setOpen(true)}
        aria-keyshortcuts="Control+K Meta+K"
        className="inline-flex h-8 shrink-0 items-center gap-2 rounded-md px-2 text-ink-2 text-ui hover:bg-muted hover:text-ink lg:min-w-44 lg:border lg:border-edge lg:bg-surface"
      >
        <Icon name="search" size={15} />
        <span className="max-sm:sr-only">Find</span>
        <kbd className="ml-auto hidden font-mono text-2xs text-ink-3 lg:inline">Ctrl K</kbd>
      </button>
      <Shortcuts viewer={viewer} onFind={find} />
      {open && (
        <FindDialog viewer={viewer} onClose={() => setOpen(false)} onGo={(href) => router.push(href)} />
      )}
    </>
  )
}

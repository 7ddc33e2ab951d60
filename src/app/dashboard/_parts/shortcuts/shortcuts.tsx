'use client'
import { useRouter } from 'next/navigation'
import { useEffect, useRef, useState } from 'react'
import type { Viewer } from '../frame/viewer'
import { singleKeys } from './choice'
import { isSingleKey, pressed, SEQUENCE_MS, TYPING } from './keys'
import { ShortcutsDialog } from './shortcuts-dialog'

/**
 * The single keys of the dashboard: `?`, `/`, and `g` with a letter. Never while somebody types or a dialog is open, and not at all where they
 * are switched off.
 * @param onFind opens the find box
 */
export function Shortcuts({ viewer, onFind }: { viewer: Viewer; onFind(): void }) {
  const on = singleKeys.useValue()
  const router = useRouter()
  const [help, setHelp] = useState(false)
  const waitsUntil = useRef(0)
  useEffect(() => {
    if (!on) return
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof Element && event.target.closest(TYPING)
      if (typing || !isSingleKey(event) || document.querySelector('dialog[open]')) return
      const does = pressed(event.key, Date.now() < waitsUntil.current)
      waitsUntil.current = does.does === 'nothing' && does.waiting ? Date.now() + SEQUENCE_MS : 0
      if (does.does === 'nothing') return
      // Firefox opens its own search with `/`.
      event.preventDefault()
      if (does.does === 'help') setHelp(true)
      else if (does.does === 'find') onFind()
      else router.push(does.href)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [on, onFind, router])
  return help && <ShortcutsDialog viewer={viewer} onClose={() => setHelp(false)} />
}

'use client'
import { useEffect, useState } from 'react'
import { Icon } from '@/ui/icon'

/**
 * Copies a text, and says so, also to screen readers.
 * @param what for screen readers: there are many of these buttons on a page
 */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [state, setState] = useState<'idle' | 'copied' | 'refused'>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), 2_000)
    return () => clearTimeout(timer)
  }, [state])
  const copy = () =>
    // Missing on a page that came over plain http.
    (navigator.clipboard?.writeText(text) ?? Promise.reject()).then(
      () => setState('copied'),
      () => setState('refused'),
    )
  return (
    <>
      <button
        type="button"
        onClick={copy}
        className="inline-flex h-7 items-center gap-1.5 rounded-md border border-line bg-surface px-2 font-sans text-2xs text-ink-2 hover:border-edge hover:text-ink"
      >
        <Icon
          name={state === 'copied' ? 'check' : 'copy'}
          size={13}
          className={state === 'copied' ? 'text-ok' : ''}
        />
        {WORDS[state]}
        <span className="sr-only"> {what}</span>
      </button>
      <span role="status" className="sr-only">
        {state === 'idle' ? '' : WORDS[state]}
      </span>
    </>
  )
}

const WORDS = { idle: 'Copy', copied: 'Copied', refused: 'Select the text to copy it' }

'use client'
import { useEffect, useRef, useState } from 'react'
import { Button } from '@/ui/button'
import { formatCount, oneOf } from '../words'

/** 30 s between two counts that are read out: each one interrupts who listens. */
const SPOKEN_MS = 30_000
const FIELDS = 'input, textarea, select, [contenteditable="true"], [role="textbox"]'

/**
 * The button that shows rows which came meanwhile; so does the key `.`, where nothing is typed into. There is none while updates are paused.
 * @param what plural noun of the rows
 */
export function NewRowsPill({ waiting, what, onShow }: { waiting: number; what: string; onShow(): void }) {
  const text = `${formatCount(waiting)} new ${waiting === 1 ? oneOf(what) : what}`
  const spoken = useSpoken(waiting)
  const region = useRef<HTMLDivElement>(null)
  const show = () => {
    const hadFocus = region.current?.contains(document.activeElement)
    onShow()
    // The button goes: who pressed it by key goes on in the rows that it showed.
    if (hadFocus) requestAnimationFrame(focusFirstRow)
  }
  useDotKey(waiting > 0, show)
  return (
    <div ref={region} className="flex justify-center">
      <span role="status" className="sr-only">
        {spoken > 0 && `${formatCount(spoken)} new ${spoken === 1 ? oneOf(what) : what}`}
      </span>
      {waiting > 0 && (
        <Button
          variant="primary"
          size="sm"
          onClick={show}
          aria-keyshortcuts="."
          className="mb-2"
          title={`Show ${text}`}
        >
          {text}
          <span aria-hidden="true" className="font-mono opacity-80 max-sm:hidden">
            .
          </span>
        </Button>
      )}
    </div>
  )
}

function useDotKey(active: boolean, show: () => void) {
  const latest = useRef(show)
  useEffect(() => {
    latest.current = show
  })
  useEffect(() => {
    if (!active) return
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== '.' || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented)
        return
      const isTyping = event.target instanceof Element && event.target.closest(FIELDS)
      if (isTyping || document.querySelector('dialog[open]')) return
      event.preventDefault()
      latest.current()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [active])
}

/** The count to be read out: the first at once, later ones after a while. */
function useSpoken(waiting: number): number {
  const [spoken, setSpoken] = useState(0)
  const spokeAt = useRef(Number.NEGATIVE_INFINITY)
  useEffect(() => {
    if (waiting === spoken) return
    const ms = waiting === 0 ? 0 : Math.max(0, spokeAt.current + SPOKEN_MS - performance.now())
    const timer = setTimeout(() => {
      if (waiting > 0) spokeAt.current = performance.now()
      setSpoken(waiting)
    }, ms)
    return () => clearTimeout(timer)
  }, [waiting, spoken])
  return spoken
}

function focusFirstRow() {
  document.querySelector<HTMLElement>('main tbody a[href], main ol a[href]')?.focus({ preventScroll: true })
}

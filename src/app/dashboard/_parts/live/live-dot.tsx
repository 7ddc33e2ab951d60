'use client'
import { Pause, Play } from 'lucide-react'
import { cx } from '@/ui/cx'
import { type LiveState, useLiveState, usePause } from './live-query'

const STATES: Record<LiveState, { word: string; dot: string }> = {
  live: { word: 'Live', dot: 'bg-ok' },
  reconnecting: { word: 'Reconnecting…', dot: 'bg-warn animate-pulse-soft' },
  paused: { word: 'Paused', dot: 'border-2 border-ink-3' },
  offline: { word: 'Offline', dot: 'border-2 border-bad' },
}

/** The state of live updates, and the switch that pauses them. */
export function LiveDot() {
  const state = useLiveState()
  const { paused, setPaused } = usePause()
  const { word, dot } = STATES[state]
  const Sign = paused ? Play : Pause
  return (
    // On the narrowest phones the longest word is truncated; screen readers get all of it.
    <span className="inline-flex min-w-0 items-center gap-1">
      <span
        role="status"
        title={word}
        className="inline-flex min-w-0 items-center gap-2 font-medium text-ink-2 text-ui"
      >
        <span aria-hidden="true" className={cx('size-2 shrink-0 rounded-full', dot)} />
        <span className="truncate">{word}</span>
      </span>
      <button
        type="button"
        aria-pressed={paused}
        onClick={() => setPaused(!paused)}
        title={paused ? 'Resume updates' : 'Pause updates'}
        className="inline-flex size-8 shrink-0 items-center justify-center rounded-md text-ink-3 hover:bg-muted hover:text-ink"
      >
        <span className="sr-only">Pause updates</span>
        <Sign aria-hidden="true" size={14} />
      </button>
    </span>
  )
}

'use client'
import { Pause, Play } from 'lucide-react'
import { cx } from '@/ui/cx'
import { useLiveState, usePause } from './live-query'
import { BY_CLOCK_MS, type LiveState } from './live-state'

const STATES: Record<LiveState, { word: string; dot: string; title: string }> = {
  live: { word: 'Live', dot: 'bg-ok', title: 'Changes appear within a few seconds.' },
  'by-clock': {
    word: `Every ${BY_CLOCK_MS / 1000} s`,
    dot: 'border-2 border-ok',
    title: `This browser gets no live stream. Pages are read again every ${BY_CLOCK_MS / 1000} seconds.`,
  },
  reconnecting: {
    word: 'Reconnecting…',
    dot: 'bg-warn animate-pulse-soft',
    title: 'The server is not responding. We keep trying.',
  },
  paused: {
    word: 'Paused',
    dot: 'border-2 border-ink-3',
    title: 'You have paused updates. What is shown may be old.',
  },
  offline: { word: 'Offline', dot: 'border-2 border-bad', title: 'This browser is offline.' },
}

/** The state of live updates, read out politely when it changes, and the switch that pauses them. */
export function LiveDot() {
  const state = useLiveState()
  const { paused, setPaused } = usePause()
  const { word, dot, title } = STATES[state]
  const Sign = paused ? Play : Pause
  return (
    // On the narrowest phones the longest word is truncated; screen readers get all of it.
    <span className="inline-flex min-w-0 items-center gap-1">
      <span
        role="status"
        title={title}
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

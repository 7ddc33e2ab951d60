import type { StreamState } from './stream'

/** `by-clock`: no stream of hints reaches this browser; pages are read every 10 s. */
export type LiveState = 'live' | 'by-clock' | 'reconnecting' | 'paused' | 'offline'

/** What the header shows. The first that is true: a browser without a network knows nothing of a server. */
export function liveStateOf(facts: {
  online: boolean
  paused: boolean
  failing: boolean
  stream: StreamState
}): LiveState {
  if (!facts.online) return 'offline'
  if (facts.paused) return 'paused'
  if (facts.failing || facts.stream === 'lost') return 'reconnecting'
  return facts.stream === 'refused' ? 'by-clock' : 'live'
}

/** 1 min: a page whose every change is hinted at is read again all the same, in case one was not. */
const HINTED_MS = 60_000
/** 10 s: without hints. */
export const BY_CLOCK_MS = 10_000
/** 1 min: for the age of the last checks, which make no hint. More often, an open overview of many payments took more than 2 % of a core. */
export const CHECKS_MS = 60_000
/** 5 s: for what no hint is about. */
const UNHINTED_MS = 5_000
/** 3 s after a failure. */
const AGAIN_MS = 3_000
/** 2 s after data came with the page: a hint may have come while it was on its way. */
const FIRST_MS = 2_000

export interface PollChoice {
  hinted: boolean
  everyMs: number | undefined
}

/** Time until a query is sent again by the clock, in ms. */
export function pollMs(
  { hinted, everyMs = hinted ? HINTED_MS : UNHINTED_MS }: PollChoice,
  stream: StreamState,
  progress: { reads: number; failed: boolean },
): number {
  if (progress.failed) return AGAIN_MS
  if (!hinted) return everyMs
  if (progress.reads === 0) return FIRST_MS
  return stream === 'open' ? everyMs : Math.min(everyMs, BY_CLOCK_MS)
}

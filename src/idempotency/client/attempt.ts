/*
 * One purchase attempt, as a pure machine: (state, event) → state and effects. It imports nothing, knows no clock and no
 * chance (they arrive in the events), and never touches the network; controller.ts does that.
 *
 *   ready ──press──▶ sending ──answer──▶ done
 *     ▲                │  ▲ └─needs the shopper─▶ acting
 *     │      no answer ▼  │ wake
 *     │              pausing ──budget spent──▶ checking ──status──▶ done | ready | acting
 *     └── a definitive no, with a new key ──────┘
 *
 * The laws, tested in attempt.test.ts: the key is stored before it is sent; it changes only after an answer that says it
 * may; a press while anything is under way sends nothing; no way leads from "sent" to "not charged" but the server's word.
 */
import { PACE, type Pace, pause } from './retry'

/** What the server says of a problem (`error.data.idempotency`): the members the machine reads. */
export interface ServerProblem {
  kind: string
  retry: 'same-key' | 'poll' | 'after-fixing' | 'no'
  safeNewKey: boolean
  detail?: string
  retryAfterSeconds?: number
  [fact: string]: unknown
}

/** Why the last attempt ended without an answer, or could not begin. */
export type Because = ServerProblem | { kind: 'offline' | 'not-received' | 'other-ended' }

interface Sent {
  key: string
  /** What was sent, so that the very same can be sent again. Null when we only watch a payment that another window began. */
  payload: string | null
  since: number
  tries: number
  /** Presses that the page kept back while this one was under way, and has not told the server of. */
  held: number
  /** A send may have reached the server without our hearing of it: from now on "nothing was charged" is not ours to say. */
  doubt: boolean
}

export type AttemptState<Answer> =
  | { at: 'ready'; key: string; because: Because | null }
  | ({ at: 'sending' } & Sent)
  | ({ at: 'pausing'; because: ServerProblem | null } & Sent)
  | ({ at: 'checking'; asks: number } & Sent)
  | ({ at: 'acting'; url: string } & Sent)
  | { at: 'done'; answer: Answer }
  | { at: 'closed'; problem: ServerProblem }

/** What a status question may find. */
export type KeyStatus<Answer> =
  | { found: 'none' | 'working' | 'checking' }
  | { found: 'done'; answer: Answer }
  | { found: 'action'; url: string }
  | { found: 'refused'; problem: ServerProblem }

export type AttemptEvent<Answer> =
  | { type: 'press'; payload: string; online: boolean; now: number }
  | { type: 'answered'; key: string; answer: Answer; actionUrl: string | null }
  | {
      type: 'failed'
      key: string
      problem: ServerProblem | null
      now: number
      chance: number
      newKey: string
    }
  | { type: 'wake' }
  | { type: 'ask' }
  | { type: 'status'; key: string; status: KeyStatus<Answer>; now: number; chance: number; newKey: string }
  | { type: 'unanswered'; chance: number }
  | { type: 'leave' }

export interface StoredAttempt {
  key: string
  payload: string | null
  /** When it was first sent; null while it was not. */
  sentAt: number | null
  held: number
}

export type AttemptEffect =
  | { do: 'store'; record: StoredAttempt }
  | { do: 'forget' }
  | { do: 'send'; key: string; payload: string; timeoutMs: number }
  | { do: 'ask'; key: string }
  | { do: 'wait'; ms: number; next: 'wake' | 'ask' }
  | { do: 'report'; key: string; held: number }

export interface Step<Answer> {
  state: AttemptState<Answer>
  effects: AttemptEffect[]
}

/** What the server said of the attempt when it made the page. */
export interface PageKnowledge {
  /** Something is under way for this, perhaps another window's: since when we look. */
  underWay?: number | null
  /** An attempt of this browser that was sent without scripts, and came to nothing: its key is used up. */
  ended?: { key: string; because: Because } | null
}

/** A page was rendered with `freshKey`; `stored` is what this browser already knew. A sent one is taken up where it was left. */
export function begin<Answer>(
  freshKey: string,
  stored: StoredAttempt | null,
  { underWay = null, ended = null }: PageKnowledge = {},
): Step<Answer> {
  if (ended && (!stored || stored.key === ended.key)) return ready(freshKey, ended.because)
  const key = stored?.key ?? freshKey
  const since = stored?.sentAt ?? underWay
  if (since === null) return ready(key, null)
  const sent: Sent = {
    key,
    payload: stored?.payload ?? null,
    since,
    tries: 1,
    held: stored?.held ?? 0,
    doubt: true,
  }
  return { state: { at: 'checking', asks: 0, ...sent }, effects: [{ do: 'ask', key }] }
}

export function step<Answer>(
  state: AttemptState<Answer>,
  event: AttemptEvent<Answer>,
  pace: Pace = PACE,
): Step<Answer> {
  // What comes late, for a key that is no longer ours, is not about this attempt.
  if ('key' in event && !(isSent(state) && state.key === event.key)) return stay(state)
  switch (event.type) {
    case 'press':
      return press(state, event, pace)
    case 'answered':
      return isSent(state)
        ? finish(state, event.actionUrl ? act(state, event.actionUrl, pace) : done(event.answer))
        : stay(state)
    case 'failed':
      return state.at === 'sending' ? fail(state, event, pace) : stay(state)
    case 'wake':
      return state.at === 'pausing' ? send(state, pace) : stay(state)
    case 'ask':
      return isSent(state) ? { state, effects: [{ do: 'ask', key: state.key }] } : stay(state)
    case 'status':
      return isSent(state) ? learn(state, event, pace) : stay(state)
    case 'unanswered':
      return state.at === 'checking' || state.at === 'acting'
        ? askLater(state, event.chance, pace)
        : stay(state)
    case 'leave':
      return isSent(state) && state.held > 0 ? reportPresses(state) : stay(state)
  }
}

function press<Answer>(
  state: AttemptState<Answer>,
  event: AttemptEvent<Answer> & { type: 'press' },
  pace: Pace,
): Step<Answer> {
  if (isSent(state)) {
    const next = { ...state, held: state.held + 1 }
    return { state: next, effects: [store(next)] }
  }
  if (state.at !== 'ready') return stay(state)
  if (!event.online) return { state: { ...state, because: { kind: 'offline' } }, effects: [] }
  return send(
    { key: state.key, payload: event.payload, since: event.now, tries: 0, held: 0, doubt: false },
    pace,
  )
}

function send<Answer>(sent: Sent, pace: Pace): Step<Answer> {
  if (sent.payload === null)
    return { state: { at: 'checking', asks: 0, ...only(sent) }, effects: [{ do: 'ask', key: sent.key }] }
  const next: Sent = { ...only(sent), tries: sent.tries + 1 }
  return {
    state: { at: 'sending', ...next },
    effects: [
      store(next),
      { do: 'send', key: next.key, payload: sent.payload, timeoutMs: pace.sendTimeoutMs },
    ],
  }
}

/** What to do about a problem: come again with the same key, ask, take a new key, keep the key, or stop for good. */
function nextMove(problem: ServerProblem, doubt: boolean): 'again' | 'ask' | 'rotate' | 'keep' | 'close' {
  if (problem.kind === 'already-paid') return 'close'
  if (problem.retry === 'same-key') return 'again'
  if (problem.retry === 'poll' || !problem.safeNewKey) return 'ask'
  if (['payment-declined', 'not-charged', 'order-changed'].includes(problem.kind)) return 'rotate'
  // The rest was said before the key was looked at. If an earlier send is still in doubt, that does not free the key.
  if (doubt) return 'ask'
  return problem.kind.startsWith('key-') ? 'rotate' : 'keep'
}

function fail<Answer>(
  state: Sent,
  event: AttemptEvent<Answer> & { type: 'failed' },
  pace: Pace,
): Step<Answer> {
  const { problem } = event
  // "unavailable" promises that nothing was begun; every other silence leaves a doubt.
  const sent: Sent = {
    ...only(state),
    doubt:
      state.doubt || problem === null || (problem.retry === 'same-key' && problem.kind !== 'unavailable'),
  }
  const what = problem ? nextMove(problem, sent.doubt) : 'again'
  if (what === 'close' && problem)
    return finish(sent, { state: { at: 'closed', problem }, effects: [{ do: 'forget' }] })
  if (what === 'rotate') return finish(sent, ready(event.newKey, problem))
  if (what === 'keep') return finish(sent, ready(sent.key, problem))
  if (what === 'ask') return check(sent)
  if (event.now - sent.since <= (sent.doubt ? pace.budgetMs : pace.outageMs))
    return again(sent, problem, event.chance, pace)
  return sent.doubt ? check(sent) : finish(sent, ready(sent.key, problem))
}

function again<Answer>(sent: Sent, because: ServerProblem | null, chance: number, pace: Pace): Step<Answer> {
  const ms = pause(sent.tries, chance, because?.retryAfterSeconds, pace)
  return { state: { at: 'pausing', because, ...only(sent) }, effects: [{ do: 'wait', ms, next: 'wake' }] }
}

/** A status came. Only the server's word ends an attempt; what never arrived is sent again while the shopper is likely there. */
function learn<Answer>(
  state: Sent & AttemptState<Answer>,
  event: AttemptEvent<Answer> & { type: 'status' },
  pace: Pace,
): Step<Answer> {
  const { status } = event
  switch (status.found) {
    case 'done':
      return finish(state, done(status.answer))
    case 'action':
      return state.at === 'acting'
        ? askLater(state, event.chance, pace)
        : finish(state, act(state, status.url, pace))
    case 'refused':
      if (status.problem.kind === 'already-paid')
        return finish(state, {
          state: { at: 'closed', problem: status.problem },
          effects: [{ do: 'forget' }],
        })
      return finish(state, ready(event.newKey, status.problem))
    case 'none':
      if (state.at !== 'checking') return stay(state)
      if (state.payload !== null && event.now - state.since <= pace.repeatWithinMs)
        return again(state, null, event.chance, pace)
      return finish(
        state,
        ready(state.key, { kind: state.payload === null ? 'other-ended' : 'not-received' }),
      )
    case 'working':
    case 'checking':
      if (state.at === 'acting') return check(state)
      return state.at === 'checking' ? askLater(state, event.chance, pace) : stay(state)
  }
}

function check<Answer>(sent: Sent): Step<Answer> {
  return {
    state: { at: 'checking', asks: 0, ...only(sent) },
    effects: [store(sent), { do: 'ask', key: sent.key }],
  }
}

function askLater<Answer>(state: Sent & AttemptState<Answer>, chance: number, pace: Pace): Step<Answer> {
  const asks = state.at === 'checking' ? state.asks + 1 : 3
  const ms = pace.baseMs + pause(asks, chance, undefined, pace)
  return {
    state: state.at === 'checking' ? { ...state, asks } : state,
    effects: [{ do: 'wait', ms, next: 'ask' }],
  }
}

function act<Answer>(sent: Sent, url: string, pace: Pace): Step<Answer> {
  return {
    state: { at: 'acting', url, ...only(sent) },
    effects: [store(sent), { do: 'wait', ms: pace.capMs, next: 'ask' }],
  }
}

function done<Answer>(answer: Answer): Step<Answer> {
  return { state: { at: 'done', answer }, effects: [{ do: 'forget' }] }
}

function ready<Answer>(key: string, because: Because | null): Step<Answer> {
  return {
    state: { at: 'ready', key, because },
    effects: [{ do: 'store', record: { key, payload: null, sentAt: null, held: 0 } }],
  }
}

/** The page is being left: what it kept back is told now, and not again later. */
function reportPresses<Answer>(state: Sent & AttemptState<Answer>): Step<Answer> {
  const next = { ...state, held: 0 }
  return { state: next, effects: [store(next), { do: 'report', key: state.key, held: state.held }] }
}

/** An attempt reached its end: tell the server how many presses the page kept back. */
function finish<Answer>(sent: Sent, next: Step<Answer>): Step<Answer> {
  return sent.held > 0
    ? { ...next, effects: [...next.effects, { do: 'report', key: sent.key, held: sent.held }] }
    : next
}

function stay<Answer>(state: AttemptState<Answer>): Step<Answer> {
  return { state, effects: [] }
}

function store(sent: Sent): AttemptEffect {
  return {
    do: 'store',
    record: { key: sent.key, payload: sent.payload, sentAt: sent.since, held: sent.held },
  }
}

function only({ key, payload, since, tries, held, doubt }: Sent): Sent {
  return { key, payload, since, tries, held, doubt }
}

/** Something is under way: sent, and not known to have ended. */
export function isSent<Answer>(state: AttemptState<Answer>): state is AttemptState<Answer> & Sent {
  return state.at === 'sending' || state.at === 'pausing' || state.at === 'checking' || state.at === 'acting'
}

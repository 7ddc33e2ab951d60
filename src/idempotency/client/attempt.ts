/*
 * One purchase attempt, as a pure machine: (state, event) → state and effects. It knows no clock and no
 * chance (both arrive in the events) and never touches storage or the network; controller.ts carries out the
 * effects.
 *
 *   ready ──press──▶ sending ──answer──▶ done
 *     ▲                │  ▲ └─needs the shopper─▶ acting
 *     │      no answer ▼  │ wake
 *     │              pausing ──budget spent──▶ checking ──status──▶ done | ready | acting
 *     └── a definite refusal, with a new key ───┘
 *
 * The laws, tested in attempt.test.ts: the key is stored before it is sent; it changes only after an answer
 * that allows it; a press while anything is under way sends nothing; only an answer of the server leads from
 * "sent" to "not charged".
 */
import {
  type AttemptEffect,
  type AttemptEvent,
  type AttemptState,
  type Because,
  isSent,
  type PageKnowledge,
  type Sent,
  type ServerProblem,
  type Step,
  type StoredAttempt,
} from './attempt-state'
import { PACE, type Pace, pauseMs } from './retry'

/**
 * First step of a page. A stored attempt that was sent is resumed by asking for its status; one that was not
 * keeps its key.
 * @param freshKey the key that came with the page
 * @param stored this browser's attempt of an earlier page, if any
 */
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
  return { state: { at: 'checking', asks: 0, working: false, ...sent }, effects: [{ do: 'ask', key }] }
}

/** The transition function of the machine. An event that does not fit the state changes nothing. */
export function step<Answer>(
  state: AttemptState<Answer>,
  event: AttemptEvent<Answer>,
  pace: Pace = PACE,
): Step<Answer> {
  // A late answer to a former key is not about this attempt.
  if ('key' in event && !(isSent(state) && state.key === event.key)) return unchanged(state)
  switch (event.type) {
    case 'press':
      return press(state, event, pace)
    case 'answered':
      return isSent(state)
        ? finish(state, event.actionUrl ? requireAction(state, event.actionUrl, pace) : done(event.answer))
        : unchanged(state)
    case 'failed':
      return state.at === 'sending' ? fail(state, event, pace) : unchanged(state)
    case 'wake':
      return state.at === 'pausing' ? send(state, pace) : unchanged(state)
    case 'ask':
      return isSent(state) ? { state, effects: [{ do: 'ask', key: state.key }] } : unchanged(state)
    case 'status':
      return isSent(state) ? applyStatus(state, event, pace) : unchanged(state)
    case 'unanswered':
      return state.at === 'checking' || state.at === 'acting'
        ? askLater(state, event.chance, pace)
        : unchanged(state)
    case 'leave':
      return isSent(state) && state.held > 0 ? reportPresses(state) : unchanged(state)
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
  if (state.at !== 'ready') return unchanged(state)
  if (!event.online) return { state: { ...state, because: { kind: 'offline' } }, effects: [] }
  return send(
    { key: state.key, payload: event.payload, since: event.now, tries: 0, held: 0, doubt: false },
    pace,
  )
}

function send<Answer>(sent: Sent, pace: Pace): Step<Answer> {
  if (sent.payload === null)
    return {
      state: { at: 'checking', asks: 0, working: false, ...sentFields(sent) },
      effects: [{ do: 'ask', key: sent.key }],
    }
  const next: Sent = { ...sentFields(sent), tries: sent.tries + 1 }
  return {
    state: { at: 'sending', ...next },
    effects: [
      store(next),
      { do: 'send', key: next.key, payload: sent.payload, timeoutMs: pace.sendTimeoutMs },
    ],
  }
}

/**
 * Reaction to a problem: retry with the same key, ask for the status, take a new key, keep the key for the
 * next press, or close.
 */
function reactionTo(problem: ServerProblem, doubt: boolean): 'retry' | 'ask' | 'rotate' | 'keep' | 'close' {
  if (problem.kind === 'already-paid') return 'close'
  // Minutes to wait: the shopper presses again then, with the same key. Nothing was begun under it.
  if (problem.kind === 'too-many-attempts') return doubt ? 'ask' : 'keep'
  if (problem.retry === 'same-key') return 'retry'
  if (problem.retry === 'poll' || !problem.safeNewKey) return 'ask'
  if (['payment-declined', 'not-charged', 'order-changed'].includes(problem.kind)) return 'rotate'
  // The rest is answered before the server reads the key, so it does not free a key whose earlier send is
  // still in doubt.
  if (doubt) return 'ask'
  return problem.kind.startsWith('key-') ? 'rotate' : 'keep'
}

function fail<Answer>(
  state: Sent,
  event: AttemptEvent<Answer> & { type: 'failed' },
  pace: Pace,
): Step<Answer> {
  const { problem } = event
  // These promise that nothing was begun; every other problem to retry, and no answer at all, leaves a doubt.
  const begunNothing = problem !== null && ['unavailable', 'too-many-attempts'].includes(problem.kind)
  const sent: Sent = {
    ...sentFields(state),
    doubt: state.doubt || problem === null || (problem.retry === 'same-key' && !begunNothing),
  }
  const reaction = problem ? reactionTo(problem, sent.doubt) : 'retry'
  if (reaction === 'close' && problem)
    return finish(sent, { state: { at: 'closed', problem }, effects: [{ do: 'forget' }] })
  if (reaction === 'rotate') return finish(sent, ready(event.newKey, problem))
  if (reaction === 'keep') return finish(sent, ready(sent.key, problem))
  if (reaction === 'ask') return check(sent)
  if (event.now - sent.since <= (sent.doubt ? pace.budgetMs : pace.outageMs))
    return retryLater(sent, problem, event.chance, pace)
  return sent.doubt ? check(sent) : finish(sent, ready(sent.key, problem))
}

function retryLater<Answer>(
  sent: Sent,
  because: ServerProblem | null,
  chance: number,
  pace: Pace,
): Step<Answer> {
  const ms = pauseMs(sent.tries, chance, because?.retryAfterSeconds, pace)
  return {
    state: { at: 'pausing', because, ...sentFields(sent) },
    effects: [{ do: 'wait', ms, next: 'wake' }],
  }
}

/**
 * Applies a status. Only an answer of the server ends an attempt; a send that never arrived is repeated while
 * the shopper is likely present.
 */
function applyStatus<Answer>(
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
        : finish(state, requireAction(state, status.url, pace))
    case 'refused':
      if (status.problem.kind === 'already-paid')
        return finish(state, {
          state: { at: 'closed', problem: status.problem },
          effects: [{ do: 'forget' }],
        })
      return finish(state, ready(event.newKey, status.problem))
    case 'none':
      if (state.at !== 'checking') return unchanged(state)
      if (state.payload !== null && event.now - state.since <= pace.repeatWithinMs)
        return retryLater(state, null, event.chance, pace)
      return finish(
        state,
        ready(state.key, { kind: state.payload === null ? 'other-ended' : 'not-received' }),
      )
    case 'working':
    case 'checking':
      if (state.at === 'acting') return check(state)
      return state.at === 'checking'
        ? askLater({ ...state, working: status.found === 'working' }, event.chance, pace)
        : unchanged(state)
  }
}

function check<Answer>(sent: Sent): Step<Answer> {
  return {
    state: { at: 'checking', asks: 0, working: false, ...sentFields(sent) },
    effects: [store(sent), { do: 'ask', key: sent.key }],
  }
}

function askLater<Answer>(state: Sent & AttemptState<Answer>, chance: number, pace: Pace): Step<Answer> {
  const asks = state.at === 'checking' ? state.asks + 1 : 3
  const ms = pace.baseMs + pauseMs(asks, chance, undefined, pace)
  return {
    state: state.at === 'checking' ? { ...state, asks } : state,
    effects: [{ do: 'wait', ms, next: 'ask' }],
  }
}

function requireAction<Answer>(sent: Sent, url: string, pace: Pace): Step<Answer> {
  return {
    state: { at: 'acting', url, ...sentFields(sent) },
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

/** The page is being left: reports the presses held back now, and only once. */
function reportPresses<Answer>(state: Sent & AttemptState<Answer>): Step<Answer> {
  const next = { ...state, held: 0 }
  return { state: next, effects: [store(next), { do: 'report', key: state.key, held: state.held }] }
}

/** Ends an attempt, with a report of the presses that the page held back. */
function finish<Answer>(sent: Sent, next: Step<Answer>): Step<Answer> {
  return sent.held > 0
    ? { ...next, effects: [...next.effects, { do: 'report', key: sent.key, held: sent.held }] }
    : next
}

function unchanged<Answer>(state: AttemptState<Answer>): Step<Answer> {
  return { state, effects: [] }
}

function store(sent: Sent): AttemptEffect {
  return {
    do: 'store',
    record: { key: sent.key, payload: sent.payload, sentAt: sent.since, held: sent.held },
  }
}

function sentFields({ key, payload, since, tries, held, doubt }: Sent): Sent {
  return { key, payload, since, tries, held, doubt }
}

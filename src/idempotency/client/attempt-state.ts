/* The states of a purchase attempt, the events it takes and the effects it asks for. attempt.ts is the machine over them. */

/** A problem as the server answered it (`error.data.idempotency`): the members that the machine reads. */
export interface ServerProblem {
  kind: string
  /** Next step for a client; see `PROBLEMS`. */
  retry: 'same-key' | 'poll' | 'after-fixing' | 'no'
  safeNewKey: boolean
  detail?: string
  retryAfterSeconds?: number
  [fact: string]: unknown
}

/**
 * Reason why the last attempt ended without an answer, or could not begin. `not-received`: the server does
 * not know the key, and it is too late to send again by itself. `other-ended`: the payment of another window
 * ended without success.
 */
export type Because = ServerProblem | { kind: 'offline' | 'not-received' | 'other-ended' }

/** An attempt that was sent, and whose end is not known. */
export interface Sent {
  key: string
  /**
   * The payload as it was sent, so that a repeat is identical. Null when this window only watches another
   * one's payment.
   */
  payload: string | null
  /** First send, in milliseconds since the epoch. */
  since: number
  /** Sends so far. */
  tries: number
  /** Presses that the page held back while this one was under way, and has not reported yet. */
  held: number
  /**
   * An unanswered send may have reached the server: from now on the page must not claim that nothing was
   * charged.
   */
  doubt: boolean
}

/**
 * State of an attempt. `checking`: the page only asks; `working`: the last answer said that the payment is still within the time of its work.
 * `acting`: the shopper must confirm at `url`. `closed`: the order needs no payment any more.
 */
export type AttemptState<Answer> =
  | { at: 'ready'; key: string; because: Because | null }
  | ({ at: 'sending' } & Sent)
  | ({ at: 'pausing'; because: ServerProblem | null } & Sent)
  | ({ at: 'checking'; asks: number; working: boolean } & Sent)
  | ({ at: 'acting'; url: string } & Sent)
  | { at: 'done'; answer: Answer }
  | { at: 'closed'; problem: ServerProblem }

/**
 * Status of a key, as the server answers it. `none`: the key never arrived. `checking`: its outcome is in
 * doubt.
 */
export type KeyStatus<Answer> =
  | { found: 'none' | 'working' | 'checking' }
  | { found: 'done'; answer: Answer }
  | { found: 'action'; url: string }
  | { found: 'refused'; problem: ServerProblem }

/**
 * Input of the machine. `now` in milliseconds since the epoch; 0 ≤ `chance` < 1; `newKey` is used only if the
 * key may change.
 */
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

/** An attempt as `AttemptStorage` keeps it. */
export interface StoredAttempt {
  key: string
  payload: string | null
  /** First send, in milliseconds since the epoch; null before it. */
  sentAt: number | null
  /** Presses held back and not yet reported. */
  held: number
}

/** Output of the machine, carried out in order by the controller. */
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

/** What the server knew of the attempt when it rendered the page. */
export interface PageKnowledge {
  /**
   * A payment is under way, perhaps another window's. The time from which this page watches it, in
   * milliseconds since the epoch.
   */
  underWay?: number | null
  /** An attempt that this browser sent without scripts and that ended without success: its key is used up. */
  ended?: { key: string; because: Because } | null
}

/** Under way: sent, and not known to have ended. */
export function isSent<Answer>(state: AttemptState<Answer>): state is AttemptState<Answer> & Sent {
  return state.at === 'sending' || state.at === 'pausing' || state.at === 'checking' || state.at === 'acting'
}

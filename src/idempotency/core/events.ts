import type { ProblemKind } from '../problems'

/**
 * Outcome of one incoming request: it did the work (`executed`), was answered from the record (`replayed`),
 * waited for the running one and got its answer (`joined`), or was turned away (`rejected`). `recovered`: the
 * resolver finished the work. `held`: presses that the page held back; they never became requests.
 */
export type AttemptOutcome = 'executed' | 'replayed' | 'joined' | 'rejected' | 'recovered' | 'held'

/** One attempt, as the attempt log stores it. */
export interface LoggedAttempt {
  merchantId: string
  recordId: string
  operation: string
  outcome: AttemptOutcome
  /** 1 for a request; for `held`, the number of presses held back. */
  presses: number
  /** HTTP status of the reply. */
  status: number
  problem: ProblemKind | null
  /** Origin: `browser`, `api`, `worker`, … */
  source: string
  requestId: string
  /** Name and address of the sender, as the request gave them; absent for work of our own. */
  actor?: string | null
  address?: string | null
  /** Fence of the claim under which it executed; null when it executed nothing. */
  fence: number | null
  /** Arrival of the request. */
  at: Date
  durationMs: number
  /** When it asked the outside, and when that answered or its time was over: milliseconds after `at`. Null or absent: it did not ask. */
  askedMs?: number | null
  answeredMs?: number | null
}

/**
 * Events of the engine, for telemetry, the attempt log and the fault tests. No decision depends on them.
 * `taken-over`: a claim was taken whose lease was over; `lost-lease`: another one had taken it when its holder wanted to store the outcome.
 * `alert`: a person should look.
 */
export type EngineEvent =
  | {
      step: 'claimed' | 'taken-over' | 'asking' | 'asked' | 'committed' | 'lost-lease'
      recordId: string
      operation: string
      fence: number
    }
  | { step: 'attempt'; attempt: LoggedAttempt }
  | { step: 'alert'; recordId: string; operation: string; message: string; error?: unknown }

/** Receives the engine's events. Called synchronously; must not throw. */
export type Observe = (event: EngineEvent) => void

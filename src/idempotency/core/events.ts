import type { ProblemKind } from '../problems'

/**
 * What became of one incoming request: it did the work (`executed`), was answered from the record (`replayed`), waited for the
 * running one and got its answer (`joined`), or was turned away (`rejected`). `recovered`: the server finished it by itself.
 * `held`: presses that the page itself held back; they never became requests.
 */
export type AttemptOutcome = 'executed' | 'replayed' | 'joined' | 'rejected' | 'recovered' | 'held'

export interface LoggedAttempt {
  merchantId: string
  recordId: string
  operation: string
  outcome: AttemptOutcome
  presses: number
  status: number
  problem: ProblemKind | null
  source: string
  requestId: string
  fence: number | null
  at: Date
  durationMs: number
}

/** What the engine tells of each step edge. Telemetry, the attempt log and the fault tests listen; nothing here decides. */
export type EngineEvent =
  | {
      step: 'claimed' | 'asking' | 'asked' | 'committed' | 'lost-lease'
      recordId: string
      operation: string
      fence: number
    }
  | { step: 'attempt'; attempt: LoggedAttempt }
  | { step: 'alert'; recordId: string; operation: string; message: string; error?: unknown }

export type Observe = (event: EngineEvent) => void

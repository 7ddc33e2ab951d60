import type { Problem } from '../problems'
import type { Scope } from './fingerprint'
import type { UnstoredRefusal } from './operation'
import type { Answer, IdempotencyRow } from './record'

/** A read of a record that began after its request had come, and before it was known to be allowed. */
export interface ReadAhead {
  /** Of the record: it tells whose read this is. */
  id: string
  row: Promise<IdempotencyRow | null>
}

/** One incoming request. */
export interface EngineRequest<Input> {
  scope: Scope
  /** The idempotency key; `keyProblem` has accepted it. */
  key: string
  /** Parsed input. */
  input: Input
  /** How long it may wait for another request that is running under the same key, in milliseconds. Left out: as its operation says. */
  waitMs?: number
  /**
   * A reason not to begin this request now, such as a limit of its sender; null: none. Asked right before each
   * claim, so a stored answer is replayed whatever it says, and nothing has been begun under the key.
   */
  notNow?: () => Problem | null
  /** Used for the first look at the record, if it is a read of that record; else nobody looks at it. */
  readAhead?: ReadAhead | undefined
  /** Origin of the request (`browser`, `api`) and its own id: for the attempt log only. */
  source: string
  requestId: string
  /** Sender, by a name and an address of the caller's making: for the attempt log only. A retry may come from another. */
  by?: { name: string; address: string | null }
}

/** Reply to one request: a stored answer, or a problem that is not stored. */
export type EngineReply =
  | {
      kind: 'answer'
      outcome: 'executed' | 'replayed' | 'joined' | 'rejected'
      answer: Answer
      firstExecutedAt: Date
      expiresAt: Date
    }
  | { kind: 'problem'; problem: Problem }

/** What stands in the way of an operation now, where nothing is stored under its key; or what it would do. */
export type Foresight<Would> = { refusal: UnstoredRefusal } | { would: Would }

/** What a request would come to now: a reply without anything begun, or what it would do. */
export type Foreseen<Would> = { reply: EngineReply } | { would: Would }

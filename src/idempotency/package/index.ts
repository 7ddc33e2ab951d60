export { type Clock, systemClock } from '../core/clock'
export { defineOperation, type InDoubt, type OperationDefinition } from '../core/define-operation'
export { Engine } from '../core/engine'
export type { AttemptOutcome, EngineEvent, LoggedAttempt, Observe } from '../core/events'
export { differing, fieldHashes } from '../core/fields'
export { fingerprint, recordId, type Scope, subjectIdOf } from '../core/fingerprint'
export { toPointer } from '../core/json-pointer'
export { KEPT_HEADERS, type KeptHeaders } from '../core/kept-headers'
export { KEY_MAX, keyProblem } from '../core/key'
export type {
  AnyOperation,
  Finish,
  Ids,
  Operation,
  Refusal,
  StoreForm,
  UnstoredRefusal,
} from '../core/operation'
export type { EngineOptions } from '../core/options'
export type { Answer, Claim, IdempotencyRow, RecordState } from '../core/record'
export type { EngineReply, EngineRequest, Foreseen, Foresight, ReadAhead } from '../core/request'
export {
  type Claims,
  CommitRefused,
  type Doubts,
  type NewRecord,
  type Store,
  StoreUnavailable,
  type Upkeep,
} from '../core/store'
export { storedText, storedValue, type Transformer } from '../core/transformer'
export {
  type Facts,
  PROBLEMS,
  type Problem,
  ProblemError,
  type ProblemKind,
  type Retry,
  type ShownProblem,
  showProblem,
} from '../problems'

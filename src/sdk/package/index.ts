export type { Attempt, CallOptions, DryRunOptions, Idempotency, KeyedOptions, Result } from '../call'
export {
  AlreadyPaid,
  ConnectionFailed,
  Declined,
  Forbidden,
  InvalidRequest,
  KeyReused,
  OutcomeUnknown,
  PayonceError,
  RateLimited,
  Unauthorized,
} from '../errors'
export { Payonce } from '../payonce'
export type * from '../resources'
export type { Options } from '../settings'

export { begin, step } from '../client/attempt'
export type {
  AttemptEffect,
  AttemptEvent,
  AttemptState,
  Because,
  KeyStatus,
  PageKnowledge,
  ServerProblem,
  StoredAttempt,
} from '../client/attempt-state'
export {
  type AttemptController,
  type AttemptHost,
  type AttemptView,
  createAttempt,
} from '../client/controller'
export { type Keyed, mintKey } from '../client/key'
export { PACE, type Pace, pauseMs } from '../client/retry'
export { type AttemptStorage, attemptStorage } from '../client/storage'
export { browserTabs, type Tabs } from '../client/tabs'

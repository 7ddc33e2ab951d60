export {
  type Facts,
  isProblemKind,
  PROBLEMS,
  type Problem,
  ProblemError,
  type ProblemKind,
  type Retry,
  type ShownProblem,
  showProblem,
} from '../problems'

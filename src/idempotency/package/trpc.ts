export { type ReplayInfo, resultOf, typedResultOf } from '../adapters/trpc'
export { problemShape, type ShapeWithProblem, withProblems } from '../adapters/trpc-problems'

export { type ReplayInfo, resultOf } from '../adapters/trpc'
export { problemShape, type ShapeWithProblem, withProblems } from '../adapters/trpc-problems'

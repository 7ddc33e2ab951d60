export { type CheckResult, type ConformOptions, conform, type Report, Unreachable } from '../conform'
export type { ProfileName, Weight } from '../profile'
export { conforms, table } from '../report'

export { type CheckResult, conform, type Report, Unreachable } from '../conform'
export type { ConformOptions } from '../options'
export type { ProfileName, Weight } from '../profile'
export { conforms, table } from '../report'

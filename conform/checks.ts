import type { ConformCheck } from './check'
import { accountChecks } from './checks/accounts'
import { concurrentChecks } from './checks/concurrent'
import { errorChecks } from './checks/errors'
import { hangUpChecks } from './checks/hang-up'
import { keyChecks } from './checks/keys'
import { payloadChecks } from './checks/payload'
import { replayChecks } from './checks/replay'

/** All checks in the order in which they run. A profile chooses among them. */
const all = [
  ...replayChecks,
  ...payloadChecks,
  ...concurrentChecks,
  ...hangUpChecks,
  ...keyChecks,
  ...accountChecks,
  ...errorChecks,
]

export type CheckId = (typeof all)[number]['id']

export const CHECKS: readonly (ConformCheck & { id: CheckId })[] = all

import { isProblemKind, type ProblemKind } from '../problems'

export type RecordState = 'claimed' | 'sending' | 'unknown' | 'completed' | 'tombstone'

/** An answer as it is stored and given again: text, never a new rendering. `problem` is null for a success. */
export interface Answer {
  status: number
  problem: ProblemKind | null
  body: string
}

/** The row as one read shows it. `leaseOver` was judged by the database's clock in that same read. */
export interface IdempotencyRow {
  merchantId: string
  id: string
  operation: string
  fingerprint: string
  fingerprintVersion: number
  /** What `fieldHashes` made of the request; null in records from before there was such a thing. */
  fields: string | null
  state: RecordState
  fence: number
  leaseOver: boolean
  subjectId: string | null
  status: number | null
  problem: string | null
  answer: string | null
  createdAt: Date
  completedAt: Date | null
  expiresAt: Date
}

/** The right to execute: only its holder may write, and only while `token` and `fence` still stand in the row. */
export interface Claim {
  merchantId: string
  id: string
  token: string
  fence: number
}

export type Decision =
  | { kind: 'start' }
  | { kind: 'take-over'; fence: number }
  | { kind: 'busy' }
  | { kind: 'replay'; answer: Answer }
  | { kind: 'unknown'; answer: Answer | null }
  | { kind: 'mismatch' }
  | { kind: 'expired' }
  | { kind: 'damaged' }

/**
 * From the row (or its absence) to what to do. Pure.
 * @param fingerprintOf the request's fingerprint by the version that wrote the record; null for an unknown version
 */
export function decide(
  row: IdempotencyRow | null,
  fingerprintOf: (version: number) => string | null,
): Decision {
  if (!row) return { kind: 'start' }
  const mine = fingerprintOf(row.fingerprintVersion)
  if (mine === null) return { kind: 'damaged' }
  // Said even while the first request runs: a client that mixes up keys should hear it now, not after a wait.
  if (mine !== row.fingerprint && !isFree(row)) return { kind: 'mismatch' }
  switch (row.state) {
    case 'claimed':
      return row.leaseOver ? { kind: 'take-over', fence: row.fence } : { kind: 'busy' }
    case 'sending':
      // Never taken over: the bank may have been asked. The resolver finds out.
      return row.leaseOver ? { kind: 'unknown', answer: null } : { kind: 'busy' }
    case 'unknown':
      return storedAnswer(row, (answer) => ({ kind: 'unknown', answer }))
    case 'completed':
      return storedAnswer(row, (answer) => (answer ? { kind: 'replay', answer } : { kind: 'damaged' }))
    case 'tombstone':
      return { kind: 'expired' }
    default:
      // A state that this program does not know: refuse rather than execute.
      return { kind: 'damaged' }
  }
}

/** A claim that is over has begun nothing (beginning is part of its commit): its key is as good as new, for a corrected request too. */
function isFree({ state, leaseOver }: IdempotencyRow): boolean {
  return state === 'claimed' && leaseOver
}

function storedAnswer(row: IdempotencyRow, use: (answer: Answer | null) => Decision): Decision {
  if (row.answer === null && row.status === null) return use(null)
  const readable =
    row.answer !== null &&
    row.status !== null &&
    isJson(row.answer) &&
    (row.problem === null || isProblemKind(row.problem))
  return readable
    ? use({
        status: row.status as number,
        problem: row.problem as ProblemKind | null,
        body: row.answer as string,
      })
    : { kind: 'damaged' }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

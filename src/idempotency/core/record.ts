import { isProblemKind, type ProblemKind } from '../problems'
import { headersIn, type KeptHeaders } from './kept-headers'

/**
 * Life of a record: `claimed` → `sending` → `completed` → `tombstone`. `sending` becomes `unknown` when the
 * outcome is in doubt, and `completed` once it is settled.
 */
export type RecordState = 'claimed' | 'sending' | 'unknown' | 'completed' | 'tombstone'

/** A stored answer. Every replay sends this very text; it is never rendered again. */
export interface Answer {
  /** HTTP status. */
  status: number
  /** Null for a success. */
  problem: ProblemKind | null
  /** JSON text. */
  body: string
  /** Stored and replayed with it. */
  headers?: KeptHeaders | undefined
}

/** A record as one read returns it. */
export interface IdempotencyRow {
  merchantId: string
  id: string
  /** Null: a tombstone, whose request is forgotten. */
  fingerprint: string | null
  fingerprintVersion: number
  /** `fieldHashes` of the request; null in tombstones, and in records older than that column. */
  fields: string | null
  state: RecordState
  fence: number
  /** Judged by the store's clock in the same read. */
  leaseOver: boolean
  /** Id of the row that `begin` wrote; null when nothing was begun. */
  subjectId: string | null
  /** Status, problem and text of the stored answer; all null while there is none. `headers`: JSON text, null for none. */
  status: number | null
  problem: string | null
  answer: string | null
  headers: string | null
  createdAt: Date
  completedAt: Date | null
  expiresAt: Date
}

/**
 * The right to execute: only its holder may write, and only while `token` and `fence` still match the row.
 */
export interface Claim {
  merchantId: string
  id: string
  /** UUID of this one claim. */
  token: string
  /** Grows by one each time the claim changes hands. */
  fence: number
}

/** Next step of a request. Where it depends on the record, `row` is that record. */
export type Decision =
  /** No record: claim the key. */
  | { kind: 'start' }
  /** An expired claim that began nothing: take it over. */
  | { kind: 'take-over'; fence: number }
  /** Another request is executing. */
  | { kind: 'busy' }
  | { kind: 'replay'; answer: Answer; row: IdempotencyRow }
  /** In doubt. `answer` is the interim answer, such as a pending 3-D Secure challenge. */
  | { kind: 'unknown'; answer: Answer | null; row: IdempotencyRow }
  /** The key belongs to a request with another payload. */
  | { kind: 'mismatch'; row: IdempotencyRow }
  /** The answer was deleted after its retention. */
  | { kind: 'expired'; row: IdempotencyRow }
  /** This program cannot read the record. */
  | { kind: 'damaged' }

/**
 * Decides the next step of a request from its record. Pure.
 * @param row null when there is no record
 * @param fingerprintOf the request's fingerprint by the version that wrote the record; null for an unknown
 *   version
 */
export function decide(
  row: IdempotencyRow | null,
  fingerprintOf: (version: number) => string | null,
): Decision {
  if (!row) return { kind: 'start' }
  const mine = fingerprintOf(row.fingerprintVersion)
  if (mine === null) return { kind: 'damaged' }
  // Checked even while the first request runs: a client that mixes up keys should learn it now, not after a
  // wait.
  if (mine !== row.fingerprint && !isFree(row) && !isForgotten(row)) return { kind: 'mismatch', row }
  switch (row.state) {
    case 'claimed':
      return row.leaseOver ? { kind: 'take-over', fence: row.fence } : { kind: 'busy' }
    case 'sending':
      // Never taken over: the bank may have been asked. The resolver finds out.
      return row.leaseOver ? { kind: 'unknown', answer: null, row } : { kind: 'busy' }
    case 'unknown':
      return storedAnswer(row, (answer) => ({ kind: 'unknown', answer, row }))
    case 'completed':
      return storedAnswer(row, (answer) => (answer ? { kind: 'replay', answer, row } : { kind: 'damaged' }))
    case 'tombstone':
      return { kind: 'expired', row }
    default:
      // A state that this program does not know: refuse rather than execute.
      return { kind: 'damaged' }
  }
}

/**
 * An expired claim has begun nothing (`begin` is part of its commit), so its key is free again, for a
 * corrected request too.
 */
function isFree({ state, leaseOver }: IdempotencyRow): boolean {
  return state === 'claimed' && leaseOver
}

/** A tombstone refuses every request under its key: it has no fingerprint to compare with. */
function isForgotten({ state, fingerprint }: IdempotencyRow): boolean {
  return state === 'tombstone' && fingerprint === null
}

/** Decides by the stored answer (null: none). An answer that is incomplete or not JSON is damaged. */
function storedAnswer(row: IdempotencyRow, use: (answer: Answer | null) => Decision): Decision {
  if (row.answer === null && row.status === null) return use(null)
  const headers = headersIn(row.headers)
  const readable =
    row.answer !== null &&
    row.status !== null &&
    headers !== null &&
    isJson(row.answer) &&
    (row.problem === null || isProblemKind(row.problem))
  return readable
    ? use({
        status: row.status as number,
        problem: row.problem as ProblemKind | null,
        body: row.answer as string,
        ...(row.headers === null ? {} : { headers: headers as KeptHeaders }),
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

import { CommitRefused, StoreUnavailable } from '../core/store'

/** Meaning of an error of Prisma or pg for its caller. */
export type ErrorClass =
  /** Nothing was written and a second try may succeed: serialization failure, deadlock. */
  | 'retry'
  /** A unique key is taken: a repeat finds the row of the winner. */
  | 'race'
  /** The connection broke during a statement: its commit may have happened or not. */
  | 'unknown'
  /** The database cannot be reached, is full, read-only or too slow: nothing was written. */
  | 'overload'
  /** One of our own guards undid the commit. */
  | 'refused'
  /** A bug, or a constraint of the database that the code should have respected. */
  | 'definite'

const RETRY = new Set(['40001', '40P01', 'P2034'])
const RACE = new Set(['P2002', '23505'])
/**
 * SQLSTATE 08: connection exceptions, except those while connecting (08001, 08004). 57P01, 57P02: the backend
 * was terminated. 40003: statement completion unknown.
 */
const UNKNOWN_SQL = /^(08(?!001|004)|57P01|57P02|40003)/
const UNKNOWN_TEXT =
  /Connection terminated|ECONNRESET|EPIPE|connection error and is not queryable|Query read timeout/i
const OVERLOAD_PRISMA = new Set(['P1001', 'P1002', 'P1008', 'P2024', 'P2028', 'P2039'])
/**
 * SQLSTATE classes 53 (resources), 57 (operator intervention), 58 (system); 25006 (read-only), 55P03 (lock
 * not available).
 */
const OVERLOAD_SQL = /^(08|53|57|58)|^(25006|55P03)$/
const OVERLOAD_TEXT =
  /timeout exceeded when trying to connect|ECONNREFUSED|ENOENT.*\.s\.PGSQL|Can't reach database|the database system is|Unable to start a transaction/i

/**
 * Classifies an error. Written for Prisma 7.10 with adapter-pg; errors of the model API and of raw queries
 * carry their codes in different places. Source: PostgreSQL, appendix A (error codes); Prisma, error
 * reference.
 */
export function classify(error: unknown): ErrorClass {
  const { codes, text } = tracesOf(error)
  const some = (test: (code: string) => boolean) => [...codes].some(test)
  if (codes.has('PO001')) return 'refused'
  if (some((code) => RETRY.has(code)) || text.includes('TransactionWriteConflict')) return 'retry'
  if (some((code) => RACE.has(code))) return 'race'
  // Before the codes of Prisma: P2039 stands for any error of the database, also for a value that it refused.
  if (some((code) => REFUSED_VALUE.test(code))) return 'definite'
  if (some((code) => UNKNOWN_SQL.test(code) || code === 'P1017') || UNKNOWN_TEXT.test(text)) return 'unknown'
  if (some((code) => OVERLOAD_PRISMA.has(code) || OVERLOAD_SQL.test(code)) || OVERLOAD_TEXT.test(text))
    return 'overload'
  return 'definite'
}

/** True for a database that cannot be reached, is overloaded, or broke the connection. */
export function isUnavailable(error: unknown): boolean {
  return ['unknown', 'overload'].includes(classify(error))
}

/** True when PostgreSQL ended the statement: it took longer than `statement_timeout`. Other statements may work. */
export function isCancelled(error: unknown): boolean {
  return tracesOf(error).codes.has('57014')
}

/**
 * True when a statement ended because of a row, which another transaction had locked for too long (55P03) or which made it run for too
 * long (57014): other rows may be written.
 */
export function isOfOneRow(error: unknown): boolean {
  const { codes } = tracesOf(error)
  return codes.has('55P03') || codes.has('57014')
}

/**
 * True when PostgreSQL refused a value: SQLSTATE class 22 (data exception: a time out of range, a text with U+0000, a number too large)
 * and 23514 (a CHECK, or one of our triggers). Found in whatever shape Prisma, its adapter or pg reports it.
 */
export function isRefusedValue(error: unknown): boolean {
  const { codes, text } = tracesOf(error)
  return [...codes].some((code) => REFUSED_VALUE.test(code)) || REFUSED_TEXT.test(text)
}

/** P2000: too long for its column. P2020: out of range. P2023: inconsistent column data. P2033: does not fit 64 bits. */
const REFUSED_VALUE = /^(22[0-9A-Z]{3}|23514|P2000|P2020|P2023|P2033)$/
/** Errors that reach us without a code of their own. */
const REFUSED_TEXT =
  /invalid byte sequence for encoding|unsupported Unicode escape sequence|lone leading surrogate|lone trailing surrogate/i

/** True when the same call may succeed later. */
export function isPassing(error: unknown): boolean {
  return isUnavailable(error) || classify(error) === 'retry'
}

/** At most 5 tries, with full jitter: a conflict is over in milliseconds, or it is not a passing one. */
const TRIES_MAX = 5

/**
 * Calls the database, repeats what may be repeated, and turns the other errors into those of the port.
 * @param safe `race`: repeat after a taken key, too (the claim). `repeat`: a second call is harmless, so
 *   repeat once after a broken connection
 * @throws StoreUnavailable | CommitRefused | the error itself when it is definite
 */
export async function callDatabase<T>(
  call: () => Promise<T>,
  safe: { race?: boolean; repeat?: boolean } = {},
): Promise<T> {
  for (let round = 1; ; round++) {
    try {
      return await call()
    } catch (error) {
      const kind = classify(error)
      if (kind === 'refused') throw new CommitRefused(refusedWrite(error) ?? 'unknown')
      if (!mayRetry(kind, round, safe)) throw asPortError(kind, error, safe)
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** round))
    }
  }
}

/**
 * Name of the write whose `expect_rows` undid the commit (the function raises with that name); null for other
 * errors.
 */
export function refusedWrite(error: unknown): string | null {
  return /commit refused: (\S+) touched/.exec(tracesOf(error).text)?.[1] ?? null
}

/**
 * The values of a key that PostgreSQL refused: one that is taken (23505), or is not in another table (23503). Its message is
 * `Key (a, b)=(1, 2) already exists.` Empty for another error. A value with a comma in it is torn, and equals none then.
 */
export function refusedKey(error: unknown): string[] {
  const { detail } = (error ?? {}) as { detail?: unknown }
  const key = typeof detail === 'string' ? /^Key \(.+?\)=\((.+)\) /s.exec(detail)?.[1] : undefined
  return key?.split(', ') ?? []
}

function mayRetry(kind: ErrorClass, round: number, safe: { race?: boolean; repeat?: boolean }): boolean {
  if (kind === 'unknown') return safe.repeat === true && round === 1
  return round < TRIES_MAX && (kind === 'retry' || (kind === 'race' && safe.race === true))
}

function asPortError(kind: ErrorClass, error: unknown, safe: { race?: boolean }): unknown {
  if (kind === 'definite' || (kind === 'race' && !safe.race)) return error
  return new StoreUnavailable('the database cannot be reached', {
    cause: error,
    maybeDone: kind === 'unknown',
  })
}

/**
 * All codes and texts in an error, in its causes, and under Prisma's `meta`. Up to 6 levels: deeper than any
 * known error.
 */
function tracesOf(error: unknown, depth = 0): { codes: Set<string>; text: string } {
  const codes = new Set<string>()
  if (typeof error !== 'object' || error === null || depth > 6)
    return { codes, text: typeof error === 'string' ? error : '' }
  const { code, originalCode, message, kind, originalMessage, meta, cause, driverAdapterError, errors } =
    error as Record<string, unknown>
  for (const found of [code, originalCode]) if (typeof found === 'string') codes.add(found)
  let text = [kind, message, originalMessage].filter((part) => typeof part === 'string').join(' ')
  for (const inner of [meta, cause, driverAdapterError, ...(Array.isArray(errors) ? errors : [])]) {
    const traces = tracesOf(inner, depth + 1)
    for (const found of traces.codes) codes.add(found)
    text = `${text} ${traces.text}`
  }
  return { codes, text }
}

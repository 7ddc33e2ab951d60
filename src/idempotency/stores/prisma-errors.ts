import { CommitRefused, StoreUnavailable } from '../core/store'

/** What an error of Prisma or pg means for the one who called. */
export type ErrorClass =
  /** Nothing was written and a second try may succeed: serialization failure, deadlock. */
  | 'retry'
  /** A unique key is taken: whoever raced for it finds the winner when it looks again. */
  | 'race'
  /** The line broke while a statement was under way: its commit may have happened or not. */
  | 'unknown'
  /** The database cannot be reached, is full, read-only or too slow: nothing was written. */
  | 'overload'
  /** One of our own guards undid the commit. */
  | 'refused'
  /** A bug, or a rule of the database that the code should have kept. */
  | 'definite'

const RETRY = new Set(['40001', '40P01', 'P2034'])
const RACE = new Set(['P2002', '23505'])
/** 08: connection exceptions, but for those of connecting (08001, 08004). 57P01, 57P02: the backend was ended. 40003: says it itself. */
const UNKNOWN_SQL = /^(08(?!001|004)|57P01|57P02|40003)/
const UNKNOWN_TEXT =
  /Connection terminated|ECONNRESET|EPIPE|connection error and is not queryable|Query read timeout/i
const OVERLOAD_PRISMA = new Set(['P1001', 'P1002', 'P1008', 'P2024', 'P2028', 'P2039'])
/** Classes 53 (resources), 57 (operator intervention), 58 (system), 25006 (read-only), 55P03 (lock not available). */
const OVERLOAD_SQL = /^(08|53|57|58)|^(25006|55P03)$/
const OVERLOAD_TEXT =
  /timeout exceeded when trying to connect|ECONNREFUSED|ENOENT.*\.s\.PGSQL|Can't reach database|the database system is|Unable to start a transaction/i

/** The classes are those of Prisma 7.10 with adapter-pg; errors of the model API and of raw queries carry their codes in different places. */
export function classify(error: unknown): ErrorClass {
  const { codes, text } = tracesOf(error)
  const some = (test: (code: string) => boolean) => [...codes].some(test)
  if (codes.has('PO001')) return 'refused'
  if (some((code) => RETRY.has(code)) || text.includes('TransactionWriteConflict')) return 'retry'
  if (some((code) => RACE.has(code))) return 'race'
  if (some((code) => UNKNOWN_SQL.test(code) || code === 'P1017') || UNKNOWN_TEXT.test(text)) return 'unknown'
  if (some((code) => OVERLOAD_PRISMA.has(code) || OVERLOAD_SQL.test(code)) || OVERLOAD_TEXT.test(text))
    return 'overload'
  return 'definite'
}

export function isUnavailable(error: unknown): boolean {
  return ['unknown', 'overload'].includes(classify(error))
}

/** Whether the same call may succeed in a while. */
export function isPassing(error: unknown): boolean {
  return isUnavailable(error) || classify(error) === 'retry'
}

/** At most 5 tries, with full jitter: conflicts are over in milliseconds, or they are no passing conflicts. */
const TRIES_MAX = 5

/**
 * Calls the database, tries again what may be tried again, and turns the rest into the port's errors.
 * @param safe `race`: a taken key is tried again too (the claim).  `repeat`: a second call does no harm, so a broken line is tried once more.
 * @throws StoreUnavailable, CommitRefused, or the error itself when it is definite
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

/** The write whose `expect_rows` undid the commit (it raises with the write's name), or null where nothing of the kind happened. */
export function refusedWrite(error: unknown): string | null {
  return /commit refused: (\S+) touched/.exec(tracesOf(error).text)?.[1] ?? null
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

/** All codes and texts in an error, its causes, and what Prisma keeps under `meta`. */
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

import { CommitRefused, StoreUnavailable } from '../core/store'

/** What an error of Prisma or pg means for the one who called. */
export type ErrorClass =
  /** Nothing was written and a second try may succeed: serialization failure, deadlock, lost race. */
  | 'retry'
  /** The database cannot be reached, is full or is too slow. Where a commit was under way, its outcome is not known. */
  | 'unavailable'
  /** One of our own guards undid the commit. */
  | 'refused'
  /** A bug, or a rule of the database that the code should have kept. */
  | 'definite'

const RETRY = new Set(['40001', '40P01', 'P2034', 'P2002', '23505'])
const UNAVAILABLE_PRISMA = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2039'])
/** Classes 08 (connection), 53 (resources), 57 (operator intervention), 58 (system), and 25006 (read-only), 40003 (unknown), 55P03 (lock). */
const UNAVAILABLE_SQL = /^(08|53|57|58)|^(25006|40003|55P03)$/
const UNAVAILABLE_TEXT =
  /Connection terminated|timeout exceeded when trying to connect|ECONNREFUSED|ECONNRESET|ENOENT.*\.s\.PGSQL|EPIPE|Can't reach database|the database system is|Unable to start a transaction|client has encountered a connection error|Query read timeout/i

/** The classes are those of Prisma 7.10 with adapter-pg; errors of the model API and of raw queries carry their codes in different places. */
export function classify(error: unknown): ErrorClass {
  const { codes, text } = tracesOf(error)
  if (codes.has('PO001')) return 'refused'
  if ([...codes].some((code) => RETRY.has(code)) || text.includes('TransactionWriteConflict')) return 'retry'
  if ([...codes].some((code) => UNAVAILABLE_PRISMA.has(code) || UNAVAILABLE_SQL.test(code)) || UNAVAILABLE_TEXT.test(text)) return 'unavailable'
  return 'definite'
}

/**
 * Calls the database, tries again what may be tried again (at most 5 times, with full jitter), and turns the rest into the port's errors.
 * @throws StoreUnavailable, CommitRefused, or the error itself when it is definite
 */
export async function callDatabase<T>(call: () => Promise<T>): Promise<T> {
  for (let round = 1; ; round++) {
    try {
      return await call()
    } catch (error) {
      const kind = classify(error)
      if (kind === 'refused') throw new CommitRefused(/commit refused: (\S+) touched/.exec(tracesOf(error).text)?.[1] ?? 'unknown')
      if (kind === 'unavailable' || (kind === 'retry' && round === 5)) throw new StoreUnavailable('the database cannot be reached', { cause: error })
      if (kind === 'definite') throw error
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** round))
    }
  }
}

/** All codes and texts in an error, its causes, and what Prisma keeps under `meta`. */
function tracesOf(error: unknown, depth = 0): { codes: Set<string>; text: string } {
  const codes = new Set<string>()
  if (typeof error !== 'object' || error === null || depth > 6) return { codes, text: typeof error === 'string' ? error : '' }
  const { code, originalCode, message, kind, originalMessage, meta, cause, driverAdapterError, errors } = error as Record<string, unknown>
  for (const found of [code, originalCode]) if (typeof found === 'string') codes.add(found)
  let text = [kind, message, originalMessage].filter((part) => typeof part === 'string').join(' ')
  for (const inner of [meta, cause, driverAdapterError, ...(Array.isArray(errors) ? errors : [])]) {
    const traces = tracesOf(inner, depth + 1)
    for (const found of traces.codes) codes.add(found)
    text = `${text} ${traces.text}`
  }
  return { codes, text }
}

import { createHash } from 'node:crypto'

/**
 * Statements that get a name. Ours are some two hundred; those that are built anew each time (batches,
 * filters) recur too seldom.
 */
const NAMED_MAX = 500
/** Shorter statements need no plan: BEGIN, COMMIT, SELECT 1. */
const WORTH_CHARACTERS = 40
/** Longer statements are batches of a size that does not recur. */
const LONGEST = 8_192
/** Uses after which a statement is worth a plan of its own. */
const WORTH_AFTER = 3

/**
 * Names for statements that recur, so that PostgreSQL keeps their plans: to plan the commit of a payment
 * takes it longer than to execute it. A name is a hash of the statement's text, so one name never stands for
 * two.
 */
export function statementNames(): (query: { sql: string }) => string {
  const seen = new Map<string, number>()
  const names = new Map<string, string>()
  return ({ sql }) => {
    // pg takes an empty name for an unnamed statement.
    if (sql.length < WORTH_CHARACTERS || sql.length > LONGEST) return ''
    const known = names.get(sql)
    if (known) return known
    const times = (seen.get(sql) ?? 0) + 1
    if (names.size >= NAMED_MAX || times < WORTH_AFTER) {
      if (seen.size > 2 * NAMED_MAX) seen.clear()
      seen.set(sql, times)
      return ''
    }
    const name = createHash('sha256').update(sql).digest('base64url')
    names.set(sql, name)
    seen.delete(sql)
    return name
  }
}

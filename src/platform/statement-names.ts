import { createHash } from 'node:crypto'

/** Statements that get a name. Ours are some two hundred; what is built anew each time (batches, filters) comes too seldom to be one. */
const NAMED_MAX = 500
/** Shorter ones have nothing to plan: BEGIN, COMMIT, SELECT 1. */
const WORTH_CHARACTERS = 40
/** Longer ones are batches of a size that comes once. */
const LONGEST = 8_192
/** A statement is worth a plan of its own once it has come this often. */
const WORTH_AFTER = 3

/**
 * Names for the statements that come again and again, so that PostgreSQL keeps their plans: planning the commit of a payment takes it
 * longer than carrying it out. A name is made of the statement's text, so one name never stands for two.
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

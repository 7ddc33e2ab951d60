import { type AuditEntry, audit, findAuditEntry } from './audit'
import { commit } from './commit'
import type { Db, Sql, Write } from './db'

/** `before`: it was done under this id. `reused`: something else was. `refused`: a condition did not hold, and nothing was done. */
export type Acted = 'done' | 'before' | 'reused' | 'refused'

/**
 * Does something once for the id of its audit entry, which is written in the same commit and never removed. The entry's
 * words say all that was asked for, so that another request under the same id is known.
 */
export async function act(db: Db, entry: AuditEntry, writes: Write[], before: Sql[] = []): Promise<Acted> {
  const earlier = await wasActed(db, entry)
  if (earlier) return earlier
  try {
    const { committed } = await commit(db, [...writes, audit(entry)], before)
    return committed ? 'done' : ((await wasActed(db, entry)) ?? 'refused')
  } catch (error) {
    // The same request twice at once: one of them has written the entry.
    const meanwhile = await wasActed(db, entry)
    if (meanwhile) return meanwhile
    throw error
  }
}

async function wasActed(db: Db, entry: AuditEntry): Promise<'before' | 'reused' | null> {
  const found = await findAuditEntry(db, entry.merchantId, entry.id)
  if (!found) return null
  const same =
    found.action === entry.action && found.subject === entry.subject && found.detail === entry.detail
  return same ? 'before' : 'reused'
}

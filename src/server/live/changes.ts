import { z } from 'zod'
import { type Db, rows, sql } from '@/platform/db'
import { WORKER_DEAD_MS } from '../alerting'

/**
 * What may have changed. `payments`: payments, refunds, disputes and requests. `books`: postings. `alerts`: what the bar above the pages shows.
 * `acts`: what people and programs did, by the audit log.
 */
export const SUBJECTS = ['payments', 'books', 'alerts', 'acts'] as const
export type HintSubject = (typeof SUBJECTS)[number]

const changeRow = z.strictObject({
  /** PostgreSQL's snapshot of this answer. */
  snapshot: z.string(),
  merchantId: z.string(),
  payments: z.boolean(),
  books: z.boolean(),
  alerts: z.boolean(),
  newestPayment: z.string().nullable(),
  acts: z.bigint(),
  standing: z.string(),
})
export type ChangeRow = z.infer<typeof changeRow>

/** One look at the merchants whose dashboards are open. */
export interface Changes {
  snapshot: string | null
  merchants: ReadonlyMap<string, ChangeRow>
}

export const NOTHING_SEEN: Changes = { snapshot: null, merchants: new Map() }

/** Reads what was committed since the look before. It writes nothing, and no payment writes anything for it (0078). */
export async function readChanges(db: Db, merchantIds: readonly string[], before: Changes): Promise<Changes> {
  const found = await rows(
    db,
    changeRow,
    sql`
      SELECT pg_current_snapshot()::text AS snapshot, c.merchant::text AS "merchantId", c.payments, c.books, c.alerts,
        c.newest_payment::text AS "newestPayment", c.acts, c.standing
      FROM changes_since(${before.snapshot}::text, ${[...merchantIds]}::uuid[], ${WORKER_DEAD_MS}::float8) c`,
  )
  return {
    snapshot: found[0]?.snapshot ?? null,
    merchants: new Map(found.map((row) => [row.merchantId, row])),
  }
}

/** What has changed for a merchant between two looks. Everything may have, when the first one did not see the merchant. */
export function changedBetween(before: Changes, after: Changes, merchantId: string): HintSubject[] {
  const now = after.merchants.get(merchantId)
  const then = before.merchants.get(merchantId)
  if (!now) return []
  if (!then || wasRestored(before, after)) return [...SUBJECTS]
  const changed = {
    payments: now.payments || now.newestPayment !== then.newestPayment,
    books: now.books,
    alerts: now.alerts || now.standing !== then.standing,
    acts: now.acts !== then.acts,
  }
  return SUBJECTS.filter((subject) => changed[subject])
}

/** A database that was restored counts its transactions anew: a row's id may be below those of the look before. */
function wasRestored({ snapshot: before }: Changes, { snapshot: after }: Changes): boolean {
  return before !== null && after !== null && nextId(after) < nextId(before)
}

/** Of the first transaction that had not begun: the second number of `xmin:xmax:running`. */
function nextId(snapshot: string): bigint {
  return BigInt(snapshot.split(':')[1] ?? 0)
}

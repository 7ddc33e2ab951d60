import { type ClaimedSql, type ClaimRows, claimedSql, writeForm } from '@payonce/idempotency/sql'
import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import { ACTOR_COLUMNS, ACTOR_TYPES, actorRow, actorValues } from './actor-columns'
import { type NotedLink, notedLink } from './chains'
import { commit } from './commit'
import { type Db, firstRow, joinSql, rows, type Sql, sql, type Write } from './db'

/** An entry of the audit log: actor, action, the row it concerns, and why. */
export interface AuditEntry {
  merchantId: string
  id: string
  by: Actor
  action: string
  subject: string
  detail: string
  /** What changed, field by field. Never a secret: of one, that it is another. */
  changes?: readonly FieldChange[]
}

/** A field before and after a change, as people read it; null: it was not there, or is there no more. */
export const fieldChange = z.strictObject({
  field: z.string(),
  before: z.string().nullable(),
  after: z.string().nullable(),
})
export type FieldChange = z.infer<typeof fieldChange>

/** The fields of which the texts differ, in the order of `after`. */
export function changesBetween(
  before: Readonly<Record<string, string | null>>,
  after: Readonly<Record<string, string | null>>,
): FieldChange[] {
  return Object.entries(after)
    .map(([field, value]) => ({ field, before: before[field] ?? null, after: value }))
    .filter((change) => change.before !== change.after)
}

const insertEntry = writeForm({
  name: 'audit',
  columns: {
    merchant_id: 'uuid',
    id: 'uuid',
    ...ACTOR_TYPES,
    action: 'text',
    subject: 'text',
    detail: 'text',
    changes: 'jsonb',
  },
  statement: (rows) => sql`
    INSERT INTO audit_log (merchant_id, id, ${ACTOR_COLUMNS}, action, subject, detail, changes)
    SELECT merchant_id, id, ${ACTOR_COLUMNS}, action, subject, detail, changes FROM ${rows} RETURNING id AS key`,
})

/** The write of an entry, for the commit of the action itself. The database refuses to change it later. */
export function audit({ merchantId, id, by, action, subject, detail, changes = [] }: AuditEntry): Write {
  const fields = changes.length === 0 ? null : JSON.stringify(changes)
  const row = { merchant_id: merchantId, id, ...actorRow(by), action, subject, detail, changes: fields }
  return insertEntry(id, row)
}

/** Writes an entry in a commit of its own: for an event that writes nothing else, such as a sign-in. */
export async function auditNow(db: Db, entry: AuditEntry): Promise<void> {
  const result = await commit(db, [audit(entry)])
  if (!result.committed) throw new Error('an audit entry was not written')
}

/**
 * The statement of an entry in the commit that begins an operation, written for each of `rows`, which have `"merchantId"`.
 * @param entry values, or expressions over these rows; `by` as an expression has the three columns of the actor
 * @param detail an expression over these rows
 */
export function insertAudit(
  entry: { id: string | Sql; by: Actor | Sql | undefined; action: string; subject: string | Sql },
  detail: Sql,
  rows: ClaimRows,
): ClaimedSql {
  const { id, by = SYSTEM, action, subject } = entry
  const actor = 'name' in by ? actorValues(by) : by
  return claimedSql`
    INSERT INTO audit_log (merchant_id, id, ${ACTOR_COLUMNS}, action, subject, detail)
    SELECT "merchantId"::uuid, ${id}::uuid, ${actor}, ${action}, ${subject}, ${detail} FROM ${rows} RETURNING 1`
}

/** Work of our own, which nobody asked for. */
export const SYSTEM: Actor = { name: 'system', address: null, requestId: null }

/** The entry of a record that the system has parked: a person must decide. */
export function auditParked(merchantId: string, id: string, recordId: string, reason: string): Write {
  return audit({
    merchantId,
    id,
    by: SYSTEM,
    action: 'record.parked',
    subject: recordId,
    detail: reason,
  })
}

/** A row of the audit log as it is shown. */
export type AuditRow = Pick<AuditEntry, 'id' | 'action' | 'detail'> & { actor: string; at: Date }

/** Entries about one subject, oldest first; the first `limit` of them. 50: a person reads them under one record. */
export function auditOf(db: Db, merchantId: string, subject: string, limit = 50): Promise<AuditRow[]> {
  return db.auditEntry.findMany({
    where: { merchantId, subject },
    select: { id: true, actor: true, action: true, detail: true, at: true },
    orderBy: [{ at: 'asc' }, { id: 'asc' }],
    take: limit,
  })
}

/** What the entry of this id says; null when there is none. */
export function findAuditEntry(
  db: Db,
  merchantId: string,
  id: string,
): Promise<Pick<AuditEntry, 'action' | 'subject' | 'detail'> | null> {
  return db.auditEntry.findUnique({
    where: { merchantId_id: { merchantId, id } },
    select: { action: true, subject: true, detail: true },
  })
}

const loggedEntry = z.strictObject({
  id: z.string(),
  /** Place in the merchant's chain. A text, as all numbers that may pass 2^53. */
  seq: z.string(),
  actor: z.string(),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
  action: z.string(),
  subject: z.string(),
  detail: z.string(),
  changes: z.array(fieldChange),
  at: z.date(),
  /** SHA-256 of this entry and of all before it, in hexadecimal. */
  hash: z.string(),
})
/** An entry as the page of the audit log shows it. */
export type LoggedEntry = z.infer<typeof loggedEntry>

export interface AuditFilter {
  /** The beginning of an actor's name: `key:` finds every program. */
  actor?: string | undefined
  /** The beginning of an action: `api-key` finds all about API keys. */
  action?: string | undefined
  /** The whole id. */
  subject?: string | undefined
  from?: string | undefined
  until?: string | undefined
  /** `seq` of the last row of the page before. */
  before?: string | null
  limit: number
}

/** A merchant's audit log, newest first. Keyset: the place in the chain, which no later entry can push in between. */
export function listAudit(db: Db, merchantId: string, filter: AuditFilter): Promise<LoggedEntry[]> {
  const { actor, action, subject, from, until, before, limit } = filter
  const conditions = [
    sql`merchant_id = ${merchantId}::uuid AND seq IS NOT NULL`,
    ...(before ? [sql`seq < ${before}::bigint`] : []),
    ...(actor ? [sql`starts_with(actor, ${actor})`] : []),
    ...(action ? [sql`starts_with(action, ${action})`] : []),
    ...(subject ? [sql`subject = ${subject}`] : []),
    ...(from ? [sql`at >= ${from}::timestamptz`] : []),
    ...(until ? [sql`at < ${until}::timestamptz`] : []),
  ]
  return rows(
    db,
    loggedEntry,
    sql`
      SELECT id::text, seq::text, actor, address, request_id AS "requestId", action, subject, detail, coalesce(changes, '[]') AS changes, at, encode(hash, 'hex') AS hash
      FROM audit_log WHERE ${joinSql(conditions, ' AND ')} ORDER BY audit_log.seq DESC LIMIT ${limit}`,
  )
}

/** The entry with this hash (64 hexadecimal digits), or null. Reads every entry: for a check, not for a request. */
export function findEntry(db: Db, hash: string): Promise<NotedLink | null> {
  return firstRow(
    db,
    notedLink,
    sql`
      SELECT a.merchant_id::text AS "merchantId", a.seq::text AS seq, a.at,
        (SELECT count(*) FROM audit_log l WHERE l.merchant_id = a.merchant_id AND l.seq > a.seq)::text AS since
      FROM audit_log a WHERE a.hash = decode(${hash}, 'hex') AND a.seq IS NOT NULL LIMIT 1`,
  )
}

const lastEntry = z.strictObject({ actor: z.string(), at: z.date() })

/** Who did something of these actions to the subject last, for an operator whose own change came too late. */
export function lastActOn(
  db: Db,
  merchantId: string,
  subject: string,
  actions: readonly string[],
): Promise<z.infer<typeof lastEntry> | null> {
  return firstRow(
    db,
    lastEntry,
    sql`
      SELECT actor, at FROM audit_log
      WHERE merchant_id = ${merchantId}::uuid AND subject = ${subject} AND action = ANY(${[...actions]}::text[])
      ORDER BY audit_log.at DESC, audit_log.seq DESC LIMIT 1`,
  )
}

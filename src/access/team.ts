import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import { changesBetween } from '@/platform/audit'
import { commit } from '@/platform/commit'
import { type Db, rows, type Sql, sql, type Write } from '@/platform/db'
import { endInvitationsBy } from './invitation'
import { ROLES, type Role } from './operator'
import { hasFactor } from './second-factor'
import { securityEvent } from './security-event'

const operatorRow = z.strictObject({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(ROLES),
  createdAt: z.date(),
  lastUsedAt: z.date().nullable(),
  hasFactor: z.boolean(),
})
export type OperatorRow = z.infer<typeof operatorRow>

/** A merchant's operators, by name. 500: a page that a person reads. */
export function listOperators(db: Db, merchantId: string): Promise<OperatorRow[]> {
  return rows(
    db,
    operatorRow,
    sql`
      SELECT o.id, o.name, o.email, o.role, o.created_at AS "createdAt",
        (SELECT max(s.updated_at) FROM operator_session s WHERE s.user_id = o.id) AS "lastUsedAt",
        ${hasFactor(sql`o.id`)} AS "hasFactor"
      FROM operator o WHERE o.merchant_id = ${merchantId}::uuid ORDER BY o.name, o.id LIMIT 500`,
  )
}

/** `last-admin`: a merchant always keeps an admin. `changed`: the operator has another role than was shown. */
export type TeamChange = 'done' | 'last-admin' | 'unknown' | 'changed'

/** What a change of an operator is based on. `from`: the role that was shown; without it any will do. */
interface Whom {
  merchantId: string
  id: string
  from?: Role | undefined
}

/** Changes a role and ends all sessions of the operator, and the open invitations of one who may invite nobody any more, in one commit. */
export async function setRole(db: Db, who: Whom, role: Role, by: Actor): Promise<TeamChange> {
  const { merchantId, id, from } = who
  const now = await findMember(db, who)
  if (!now) return 'unknown'
  if (from !== undefined && now.role !== from) return 'changed'
  const change = sql`
    UPDATE operator o SET role = ${role}, updated_at = now()
    WHERE o.merchant_id = ${merchantId}::uuid AND o.id = ${id} AND o.role = ${now.role} AND (${role} = 'admin' OR ${otherAdmin(who)}) RETURNING 1`
  const event = securityEvent(by, {
    merchantId,
    action: 'operator.role-changed',
    subject: id,
    detail: role,
    changes: changesBetween({ role: now.role }, { role }),
  })
  const writes = { change: { name: 'operator', rows: 1, sql: change }, event }
  return changeTeam(db, who, now, writes, role === 'admin' ? [] : [endInvitationsBy(who)])
}

/** Removes an operator with all sessions, the password and the invitations that are open, in one commit. What they did stays in the audit log. */
export async function removeOperator(db: Db, who: Whom, by: Actor): Promise<TeamChange> {
  const { merchantId, id } = who
  const now = await findMember(db, who)
  if (!now) return 'unknown'
  const change = sql`
    DELETE FROM operator o WHERE o.merchant_id = ${merchantId}::uuid AND o.id = ${id} AND o.role = ${now.role} AND ${otherAdmin(who)} RETURNING 1`
  const { name, email, role } = now
  const changes = changesBetween({ name, email, role }, { name: null, email: null, role: null })
  const event = securityEvent(by, { merchantId, action: 'operator.removed', subject: id, changes })
  const writes = { change: { name: 'operator', rows: 1, sql: change }, event }
  return changeTeam(db, who, now, writes, [endInvitationsBy(who)])
}

/** Ends all sessions of an operator, or one of them, at once. @returns how many; null: there is no such operator, or no such session */
export async function endSessionsOf(
  db: Db,
  { merchantId, id, session }: { merchantId: string; id: string; session?: string | undefined },
  by: Actor,
): Promise<number | null> {
  if (!(await findMember(db, { merchantId, id }))) return null
  return db.$transaction(async (tx) => {
    const ended = await tx.$executeRaw(sql`
      DELETE FROM operator_session s USING operator o
      WHERE o.merchant_id = ${merchantId}::uuid AND o.id = ${id} AND s.user_id = o.id AND (${session ?? null}::text IS NULL OR s.id = ${session ?? null})`)
    if (ended === 0 && session !== undefined) return null
    const detail = `${ended} of another operator`
    // In one commit: whoever ends sessions leaves a trace of it.
    const { sql: entry } = securityEvent(by, { merchantId, action: 'sessions.ended', subject: id, detail })
    if ((await tx.$executeRaw(entry)) !== 1) throw new Error('an audit entry was not written')
    return ended
  })
}

/** An operator of this merchant, or null. */
export function findMember(db: Db, { merchantId, id }: Whom) {
  return db.operator.findFirst({ where: { merchantId, id }, select: { name: true, email: true, role: true } })
}

function otherAdmin({ merchantId, id }: { merchantId: string; id: string }) {
  return sql`EXISTS (SELECT FROM operator a WHERE a.merchant_id = ${merchantId}::uuid AND a.role = 'admin' AND a.id <> ${id})`
}

/** The merchant's admins are locked first, in one order: two admins who demote each other at once are one after the other. */
async function changeTeam(
  db: Db,
  { merchantId, id }: Whom,
  before: { role: string },
  { change, event }: { change: Write; event: Write },
  andBefore: Sql[],
): Promise<TeamChange> {
  const first = [
    sql`SELECT FROM operator WHERE merchant_id = ${merchantId}::uuid AND role = 'admin' ORDER BY id FOR UPDATE`,
    sql`
      DELETE FROM operator_session s USING operator o
      WHERE o.merchant_id = ${merchantId}::uuid AND o.id = ${id} AND s.user_id = o.id`,
    ...andBefore,
  ]
  if ((await commit(db, [change, event], first)).committed) return 'done'
  const now = await findMember(db, { merchantId, id })
  if (!now) return 'unknown'
  return now.role === before.role ? 'last-admin' : 'changed'
}

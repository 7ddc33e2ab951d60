import { z } from 'zod'
import type { Actor } from '@/lib/actor'
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

/** `last-admin`: a merchant always keeps an admin. */
export type TeamChange = 'done' | 'last-admin' | 'unknown'

/** Changes a role and ends all sessions of the operator, and the open invitations of one who may invite nobody any more, in one commit. */
export function setRole(
  db: Db,
  who: { merchantId: string; id: string },
  role: Role,
  by: Actor,
): Promise<TeamChange> {
  const { merchantId, id } = who
  const change = sql`
    UPDATE operator o SET role = ${role}, updated_at = now()
    WHERE o.merchant_id = ${merchantId}::uuid AND o.id = ${id} AND (${role} = 'admin' OR ${otherAdmin(who)}) RETURNING 1`
  const event = securityEvent(by, { merchantId, action: 'operator.role-changed', subject: id, detail: role })
  const writes = { change: { name: 'operator', rows: 1, sql: change }, event }
  return changeTeam(db, who, writes, role === 'admin' ? [] : [endInvitationsBy(who)])
}

/** Removes an operator with all sessions, the password and the invitations that are open, in one commit. What they did stays in the audit log. */
export function removeOperator(
  db: Db,
  who: { merchantId: string; id: string },
  by: Actor,
): Promise<TeamChange> {
  const { merchantId, id } = who
  const change = sql`
    DELETE FROM operator o WHERE o.merchant_id = ${merchantId}::uuid AND o.id = ${id} AND ${otherAdmin(who)} RETURNING 1`
  const event = securityEvent(by, { merchantId, action: 'operator.removed', subject: id })
  const writes = { change: { name: 'operator', rows: 1, sql: change }, event }
  return changeTeam(db, who, writes, [endInvitationsBy(who)])
}

function otherAdmin({ merchantId, id }: { merchantId: string; id: string }) {
  return sql`EXISTS (SELECT FROM operator a WHERE a.merchant_id = ${merchantId}::uuid AND a.role = 'admin' AND a.id <> ${id})`
}

/** The merchant's admins are locked first, in one order: two admins who demote each other at once are one after the other. */
async function changeTeam(
  db: Db,
  { merchantId, id }: { merchantId: string; id: string },
  { change, event }: { change: Write; event: Write },
  andBefore: Sql[],
): Promise<TeamChange> {
  const before = [
    sql`SELECT FROM operator WHERE merchant_id = ${merchantId}::uuid AND role = 'admin' ORDER BY id FOR UPDATE`,
    sql`
      DELETE FROM operator_session s USING operator o
      WHERE o.merchant_id = ${merchantId}::uuid AND o.id = ${id} AND s.user_id = o.id`,
    ...andBefore,
  ]
  if ((await commit(db, [change, event], before)).committed) return 'done'
  const known = await db.operator.count({ where: { merchantId, id } })
  return known === 1 ? 'last-admin' : 'unknown'
}

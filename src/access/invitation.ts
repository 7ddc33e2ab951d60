import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import { uuidv7 } from '@/lib/id'
import { changesBetween, type FieldChange } from '@/platform/audit'
import { commit } from '@/platform/commit'
import { type Db, firstRow, rows, type Sql, sql, type Write } from '@/platform/db'
import { type Auth, ROLES, type Role } from './operator'
import { type SecurityAction, securityEvent } from './security-event'
import { hashOf } from './token'

const invitationRow = z.strictObject({
  id: z.string(),
  email: z.string(),
  role: z.enum(ROLES),
  invitedBy: z.string(),
  expiresAt: z.date(),
})
export type InvitationRow = z.infer<typeof invitationRow>

const openInvitation = z.strictObject({
  id: z.string(),
  merchantId: z.string(),
  merchant: z.string(),
  email: z.string(),
  role: z.enum(ROLES),
  expiresAt: z.date(),
})
/** An invitation that can be accepted now. */
export type OpenInvitation = z.infer<typeof openInvitation>

/**
 * Neither accepted nor revoked, and not older than 72 hours (the table's default), by the database's clock.
 */
const OPEN = sql`i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > now()`

export interface NewInvitation {
  merchantId: string
  email: string
  role: Role
}

/**
 * Invites a person. The code is part of the link, shown once and stored nowhere. An address has one open invitation: another for it ends the
 * one before, so a repeat after a lost answer leaves one link that works, the one that is shown.
 * @param by their name in the audit log; `byName` is shown to people
 */
export function invite(
  db: Db,
  { merchantId, email, role }: NewInvitation,
  by: Actor,
  byName: string,
): Promise<{ id: string; code: string }> {
  const to = { email: email.toLowerCase(), role }
  const detail = `${to.email} as ${role}`
  const changes = changesBetween({ email: null, role: null }, { ...to })
  return writeInvitation(
    db,
    { merchantId, ...to },
    { by, byName, action: 'operator.invited', detail, changes },
  )
}

/** Makes a new link in place of an invitation's, which ends, and begins its 72 hours anew. Null: there is no open one of this id. */
export async function renewInvitation(
  db: Db,
  { merchantId, id }: { merchantId: string; id: string },
  by: Actor,
  byName: string,
): Promise<{ id: string; code: string; email: string } | null> {
  const [open] = await rows(
    db,
    z.strictObject({ email: z.string(), role: z.enum(ROLES) }),
    sql`SELECT i.email, i.role FROM operator_invitation i WHERE i.merchant_id = ${merchantId}::uuid AND i.id = ${id}::uuid AND ${OPEN}`,
  )
  if (!open) return null
  const detail = `${open.email} as ${open.role}, in place of ${id}`
  const entry = { by, byName, action: 'invitation.renewed' as const, detail, changes: [] }
  return { ...(await writeInvitation(db, { merchantId, ...open }, entry)), email: open.email }
}

async function writeInvitation(
  db: Db,
  { merchantId, email, role }: NewInvitation,
  {
    by,
    byName,
    action,
    detail,
    changes,
  }: { by: Actor; byName: string; action: SecurityAction; detail: string; changes: FieldChange[] },
): Promise<{ id: string; code: string }> {
  const id = uuidv7()
  const code = randomBytes(32).toString('base64url')
  const row: Write = {
    name: 'invitation',
    rows: 1,
    sql: sql`
      INSERT INTO operator_invitation (merchant_id, id, email, role, hash, invited_by)
      VALUES (${merchantId}::uuid, ${id}::uuid, ${email}, ${role}, ${hashOf(code)}, ${byName}) RETURNING 1`,
  }
  const inTurn = sql`SELECT pg_advisory_xact_lock(hashtextextended(${`operator_invitation ${merchantId} ${email}`}, 0))`
  const earlier = sql`UPDATE operator_invitation i SET revoked_at = now() WHERE i.merchant_id = ${merchantId}::uuid AND i.email = ${email} AND ${OPEN}`
  const event = securityEvent(by, { merchantId, action, subject: id, detail, changes })
  const result = await commit(db, [row, event], [inTurn, earlier])
  if (!result.committed) throw new Error('an invitation was not written')
  return { id, code }
}

/** A merchant's open invitations, newest first. 100: more than anybody has open within 72 hours. */
export function listInvitations(db: Db, merchantId: string): Promise<InvitationRow[]> {
  return rows(
    db,
    invitationRow,
    sql`
      SELECT i.id::text, i.email, i.role, i.invited_by AS "invitedBy", i.expires_at AS "expiresAt"
      FROM operator_invitation i WHERE i.merchant_id = ${merchantId}::uuid AND ${OPEN} ORDER BY i.created_at DESC, i.id DESC LIMIT 100`,
  )
}

/** Ends an invitation. False: there is no open one of this id. */
export async function revokeInvitation(db: Db, merchantId: string, id: string, by: Actor): Promise<boolean> {
  const row: Write = {
    name: 'invitation',
    rows: 1,
    sql: sql`
      UPDATE operator_invitation i SET revoked_at = now()
      WHERE i.merchant_id = ${merchantId}::uuid AND i.id = ${id}::uuid AND ${OPEN} RETURNING 1`,
  }
  const event = securityEvent(by, { merchantId, action: 'invitation.revoked', subject: id })
  return (await commit(db, [row, event])).committed
}

/** Ends the open invitations that an operator has made: who may invite nobody any more brings nobody in, not even themselves. */
export function endInvitationsBy({ merchantId, id }: { merchantId: string; id: string }): Sql {
  return sql`
    UPDATE operator_invitation i SET revoked_at = now() FROM operator o
    WHERE o.merchant_id = ${merchantId}::uuid AND o.id = ${id} AND i.merchant_id = o.merchant_id AND i.invited_by = o.email AND ${OPEN}`
}

/** The open invitation of this code; null when it is unknown, expired, revoked or was accepted. */
export function findInvitation(db: Db, code: string): Promise<OpenInvitation | null> {
  return firstRow(
    db,
    openInvitation,
    sql`
      SELECT i.id::text, i.merchant_id::text AS "merchantId", m.name AS merchant, i.email, i.role, i.expires_at AS "expiresAt"
      FROM operator_invitation i JOIN merchant m ON m.id = i.merchant_id WHERE i.hash = ${hashOf(code)} AND ${OPEN}`,
  )
}

/**
 * Makes the invited person an operator, and ends the invitation, in one commit.
 * @returns `over`: the invitation was accepted or ended meanwhile; `known`: an operator has this e-mail
 * already
 */
export async function acceptInvitation(
  { db, auth }: { db: Db; auth: Auth },
  invitation: OpenInvitation,
  person: { name: string; password: string },
  from: Omit<Actor, 'name'>,
): Promise<'joined' | 'over' | 'known'> {
  const { id, merchantId, email, role } = invitation
  const operatorId = uuidv7()
  const hash = await (await auth.$context).password.hash(person.password)
  const ended: Write = {
    name: 'invitation',
    rows: 1,
    sql: sql`
      UPDATE operator_invitation i SET accepted_at = now()
      WHERE i.merchant_id = ${merchantId}::uuid AND i.id = ${id}::uuid AND ${OPEN} RETURNING 1`,
  }
  const operator: Write = {
    name: 'operator',
    rows: 1,
    sql: sql`
      INSERT INTO operator (id, merchant_id, name, email, email_verified, role)
      VALUES (${operatorId}, ${merchantId}::uuid, ${person.name}, ${email}, true, ${role}) ON CONFLICT (email) DO NOTHING RETURNING 1`,
  }
  // better-auth's form of a password.
  const credential: Write = {
    name: 'credential',
    rows: 1,
    sql: sql`
      INSERT INTO operator_credential (id, account_id, provider_id, user_id, password)
      VALUES (${uuidv7()}, ${operatorId}, 'credential', ${operatorId}, ${hash}) RETURNING 1`,
  }
  const by = { name: `operator:${operatorId}`, ...from }
  const event = securityEvent(by, {
    merchantId,
    action: 'operator.joined',
    subject: operatorId,
    detail: `${email} as ${role}, by invitation ${id}`,
    changes: changesBetween({}, { name: person.name, email, role }),
  })
  // Waits for another acceptance of the same link, so that the loser finds it accepted.
  const lock = sql`SELECT FROM operator_invitation WHERE merchant_id = ${merchantId}::uuid AND id = ${id}::uuid FOR UPDATE`
  try {
    const result = await commit(db, [ended, operator, credential, event], [lock])
    if (result.committed) return 'joined'
    return result.refusedBy === 'invitation' ? 'over' : 'known'
  } catch (error) {
    // The credential's foreign key speaks first when the operator was not written.
    if (await db.operator.findUnique({ where: { email }, select: { id: true } })) return 'known'
    throw error
  }
}

import type { Actor } from '@/lib/actor'
import { uuidv7 } from '@/lib/id'
import { audit, type FieldChange } from '@/platform/audit'
import { commit } from '@/platform/commit'
import type { Db, Write } from '@/platform/db'

/** What the audit log keeps about people and their access. */
export type SecurityAction =
  | 'sign-in'
  | 'sign-in.failed'
  | 'sign-out'
  | 'password.changed'
  | 'sessions.ended'
  | 'step-up'
  | 'step-up.failed'
  | 'operator.invited'
  | 'operator.joined'
  | 'operator.role-changed'
  | 'operator.removed'
  | 'invitation.renewed'
  | 'invitation.revoked'
  | 'factor.added'
  | 'factor.removed'
  | 'factors.reset'
  | 'recovery-codes.made'

export interface AccessEvent {
  merchantId: string
  action: SecurityAction
  /** Id of the operator or of the invitation that it concerns. */
  subject: string
  detail?: string
  changes?: readonly FieldChange[]
}

/** The entry of an event, for the commit of the action itself. */
export function securityEvent(
  by: Actor,
  { merchantId, action, subject, detail = '', changes = [] }: AccessEvent,
): Write {
  return audit({ merchantId, id: uuidv7(), by, action, subject, detail, changes })
}

/** Writes an event in a commit of its own: for what writes nothing else, such as a failed sign-in. */
export async function recordSecurityEvent(db: Db, by: Actor, event: AccessEvent): Promise<void> {
  const result = await commit(db, [securityEvent(by, event)])
  if (!result.committed) throw new Error('an audit entry was not written')
}

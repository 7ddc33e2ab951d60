import type { Actor } from '@/lib/actor'
import { uuidv7 } from '@/lib/id'
import { audit, changesBetween } from '@/platform/audit'
import { commit } from '@/platform/commit'
import { type Db, sql, type Write } from '@/platform/db'
import { ALERT_KINDS, type AlertKind } from './kinds'

/** The kinds of alerts of which an operator gets a mail. Those that this version does not know are left out. */
export async function mailedKinds(db: Db, merchantId: string, operatorId: string): Promise<AlertKind[]> {
  const rule = await db.alertRule.findUnique({
    where: { merchantId_operatorId: { merchantId, operatorId } },
    select: { kinds: true },
  })
  return ALERT_KINDS.filter((kind) => rule?.kinds.includes(kind))
}

/** Chooses them, with an entry in the audit log. A choice that changes nothing writes nothing. */
export async function chooseMailedKinds(
  db: Db,
  { merchantId, operatorId, by }: { merchantId: string; operatorId: string; by: Actor },
  kinds: readonly AlertKind[],
): Promise<void> {
  const chosen = ALERT_KINDS.filter((kind) => kinds.includes(kind))
  const before = await mailedKinds(db, merchantId, operatorId)
  const changes = changesBetween({ mails: inWords(before) }, { mails: inWords(chosen) })
  if (changes.length === 0) return
  const row: Write = {
    name: 'alert-rule',
    rows: 1,
    sql: sql`
      INSERT INTO alert_rule (merchant_id, operator_id, kinds) VALUES (${merchantId}::uuid, ${operatorId}, ${chosen}::text[])
      ON CONFLICT (merchant_id, operator_id) DO UPDATE SET kinds = excluded.kinds RETURNING 1`,
  }
  const entry = {
    merchantId,
    id: uuidv7(),
    by,
    action: 'alert-mails.chosen',
    subject: operatorId,
    detail: '',
    changes,
  }
  const { committed } = await commit(db, [row, audit(entry)])
  if (!committed) throw new Error('the choice of mails was not written')
}

function inWords(kinds: readonly AlertKind[]): string | null {
  return kinds.length === 0 ? null : kinds.join(', ')
}

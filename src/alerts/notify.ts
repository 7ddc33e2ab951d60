import { z } from 'zod'
import { insertMail } from '@/mail/queue'
import { type Db, rows, type Sql, sql } from '@/platform/db'
import { factsOfKind } from './kinds'

/** 60 s between two mails to one operator: what comes in between is in one mail. */
const PAUSE_MS = 60_000
/** Alerts that one mail tells of. More than that follow in the next one. */
const TOLD_MAX = 50
/** Operators that one turn writes to. */
const OPERATORS_MAX = 100

const due = z.strictObject({ merchantId: z.string(), operatorId: z.string(), email: z.string() })
const told = z.strictObject({
  kind: z.string(),
  subject: z.string(),
  detail: z.string(),
  since: z.date(),
  money: z.boolean(),
})
type Told = z.infer<typeof told>

export interface Notices {
  /** Condition on `merchant_id`: of this installation's mode. */
  ours: Sql
  baseUrl: string
  newId(): string
}

/**
 * Writes a mail to each operator who has chosen kinds of which alerts are open, that nobody has acknowledged and that no mail has told them
 * of. One commit has the mail and what it tells, so each alert is told once to each of them, whatever dies.
 * @returns the mails
 */
export async function notifyOperators(db: Db, notices: Notices): Promise<number> {
  const all = await rows(
    db,
    due,
    sql`
      SELECT r.merchant_id::text AS "merchantId", r.operator_id AS "operatorId", o.email
      FROM (SELECT * FROM alert_rule WHERE ${notices.ours} AND ${RESTED}) r
      JOIN operator o ON o.merchant_id = r.merchant_id AND o.id = r.operator_id
      WHERE EXISTS (SELECT FROM alert a WHERE a.merchant_id = r.merchant_id AND ${untold(sql`r`)})
      ORDER BY r.mailed_at NULLS FIRST LIMIT ${OPERATORS_MAX}`,
  )
  let mails = 0
  for (const each of all) if (await tell(db, each, notices)) mails++
  return mails
}

const RESTED: Sql = sql`(mailed_at IS NULL OR mailed_at <= now() - ${PAUSE_MS}::float8 * interval '1 millisecond')`

/** Of the alert `a` and a rule. */
function untold(rule: Sql): Sql {
  return sql`a.ended_at IS NULL AND a.acknowledged_at IS NULL AND a.kind = ANY (${rule}.kinds)
    AND NOT EXISTS (SELECT FROM alert_told t WHERE (t.merchant_id, t.alert_id, t.operator_id) = (a.merchant_id, a.id, ${rule}.operator_id))`
}

function tell(db: Db, { merchantId, operatorId, email }: z.infer<typeof due>, { baseUrl, newId }: Notices) {
  return db.$transaction(async (tx) => {
    // Locks the rule: of two workers one goes on, and the other finds that it was mailed a moment ago.
    const mine = await tx.$executeRaw(sql`
      UPDATE alert_rule SET mailed_at = now() WHERE merchant_id = ${merchantId}::uuid AND operator_id = ${operatorId} AND ${RESTED}`)
    if (mine === 0) return false
    const alerts = await rows(
      tx,
      told,
      sql`
        WITH next AS (
          SELECT a.* FROM alert a, alert_rule r
          WHERE r.merchant_id = ${merchantId}::uuid AND r.operator_id = ${operatorId} AND a.merchant_id = r.merchant_id AND ${untold(sql`r`)}
          ORDER BY a.money DESC, a.opened_at, a.id LIMIT ${TOLD_MAX}::int),
        noted AS (
          INSERT INTO alert_told (merchant_id, alert_id, operator_id) SELECT merchant_id, id, ${operatorId} FROM next)
        SELECT kind, subject, detail, since, money FROM next ORDER BY next.money DESC, next.opened_at, next.id`,
    )
    if (alerts.length === 0) return false
    const mail = { merchantId, id: newId(), recipient: email, ...mailAbout(alerts, baseUrl) }
    await tx.$executeRaw(insertMail(mail))
    return true
  })
}

/** The words of a mail about alerts. Plain text: ids and amounts, and nothing about a shopper. */
export function mailAbout(alerts: readonly Told[], baseUrl: string): { subject: string; body: string } {
  const [first] = alerts
  const titles = [...new Set(alerts.map(({ kind }) => factsOfKind(kind).title))]
  const subject =
    alerts.length === 1 && first
      ? factsOfKind(first.kind).title
      : `${alerts.length} alerts: ${titles.join(', ')}`
  const parts = alerts.map(({ kind, subject: about, detail, since }) => {
    const { title, means, todo } = factsOfKind(kind)
    return [
      title,
      `  ${about}: ${detail}`,
      `  Since: ${since.toISOString().slice(0, 19).replace('T', ' ')} UTC`,
      `  What it means: ${means}`,
      `  What to do: ${todo}`,
    ].join('\n')
  })
  const body = [
    ...parts,
    `Open and acknowledge: ${baseUrl}/dashboard/alerts`,
    `You get this mail because you chose these alerts: ${baseUrl}/dashboard/settings/notifications. Each alert is sent once; several within a minute come together.`,
  ].join('\n\n')
  return { subject: cut(`[Payonce] ${subject}`, 200), body: `${cut(body, 99_000)}\n` }
}

const cut = (text: string, max: number) => (text.length > max ? `${text.slice(0, max - 1)}…` : text)

import { z } from 'zod'
import { type Db, firstRow, rows, type Sql, sql } from '@/platform/db'
import type { Log } from '@/platform/log'
import type { MailAnswer, MailTransport } from './smtp'

/** 60 s: longer than all time limits of one attempt together. A process that was stopped for longer has lost its mail to another. */
const LEASE = sql`interval '60 seconds'`
const MINUTE_MS = 60_000
/** Waits after the first attempt, the second and so on; then a mail has failed. Ten attempts, within 24 hours. */
const WAITS_MS = [0.5, 2, 5, 15, 30, 60, 180, 420, 720].map((minutes) => minutes * MINUTE_MS)
/** Mails are kept for 30 days. */
const KEPT = sql`interval '30 days'`
/** Mails of one turn. 20: a mail server that answers slowly holds the job up for some minutes at most. */
const TURN_MAX = 20

export interface NewMail {
  merchantId: string
  id: string
  recipient: string
  /** One line, 200 characters at most. */
  subject: string
  /** Plain text. */
  body: string
}

/** The statement that puts a mail into the queue, for the commit of what it tells. */
export function insertMail({ merchantId, id, recipient, subject, body }: NewMail): Sql {
  return sql`
    INSERT INTO mail (merchant_id, id, recipient, subject, body)
    VALUES (${merchantId}::uuid, ${id}::uuid, ${recipient}, ${subject}, ${body})`
}

const claimed = z.strictObject({
  merchantId: z.string(),
  id: z.string(),
  recipient: z.string(),
  subject: z.string(),
  body: z.string(),
  tries: z.int(),
  fence: z.int(),
})
type ClaimedMail = z.infer<typeof claimed>

export interface MailQueue {
  db: Db
  /** Condition on `merchant_id`: of this installation's mode. */
  ours: Sql
  /** Null: there is no mail server, and a sandbox keeps its mails for a page. */
  transport: MailTransport | null
  log: Log
}

/**
 * Sends what is due, one after another. Any number of processes may call it. A process that dies between sending and noting sends a mail
 * twice, under the same Message-ID: nothing else does.
 * @returns the mails that it dealt with
 * @throws Error when the mail server took none of them and refused none for good: it is away, or set wrongly
 */
export async function sendMails(
  { db, ours, transport, log }: MailQueue,
  stopping: AbortSignal,
): Promise<number> {
  let [done, away] = [0, '']
  while (done < TURN_MAX && !stopping.aborted) {
    const mail = await claim(db, ours)
    if (!mail) break
    done++
    if (!transport) {
      await settle(db, mail, sql`state = 'kept', ended_at = now(), error = NULL`)
      continue
    }
    const answer = await transport.send(mail)
    await settle(db, mail, outcomeOf(answer, mail.tries + 1))
    if (answer.sent || answer.refused) away = ''
    else away = answer.error
    if (!answer.sent) log.warn({ mail: mail.id, reason: answer.error }, 'a mail was not sent')
    // The others would wait for the same time-out.
    if (away) break
  }
  if (away) throw new Error(`the mail server did not take a mail: ${away}`)
  return done
}

async function claim(db: Db, ours: Sql): Promise<ClaimedMail | null> {
  return firstRow(
    db,
    claimed,
    sql`
      UPDATE mail m SET lease_until = now() + ${LEASE}, fence = m.fence + 1
      FROM (
        SELECT merchant_id, id FROM mail WHERE ${ours} AND state = 'pending' AND next_at <= now() AND (lease_until IS NULL OR lease_until <= now())
        ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED) due
      WHERE m.merchant_id = due.merchant_id AND m.id = due.id
      RETURNING m.merchant_id::text AS "merchantId", m.id::text, m.recipient, m.subject, m.body, m.tries, m.fence`,
  )
}

function outcomeOf(answer: MailAnswer, tries: number): Sql {
  if (answer.sent) return sql`state = 'sent', ended_at = now(), error = NULL`
  const error = answer.error.slice(0, 300)
  const waitMs = WAITS_MS[tries - 1]
  if (answer.refused || waitMs === undefined) return sql`state = 'failed', ended_at = now(), error = ${error}`
  return sql`next_at = now() + ${waitMs}::float8 * interval '1 millisecond', error = ${error}`
}

/** An outcome whose lease went to another process is dropped. */
async function settle(db: Db, { merchantId, id, fence }: ClaimedMail, outcome: Sql): Promise<void> {
  await db.$executeRaw(sql`
    UPDATE mail SET ${outcome}, tries = tries + 1, lease_until = NULL
    WHERE merchant_id = ${merchantId}::uuid AND id = ${id}::uuid AND fence = ${fence}::int AND state = 'pending'`)
}

const shownMail = z.strictObject({
  id: z.string(),
  recipient: z.string(),
  subject: z.string(),
  body: z.string(),
  state: z.enum(['pending', 'sent', 'failed', 'kept']),
  error: z.string().nullable(),
  createdAt: z.date(),
})
export type ShownMail = z.infer<typeof shownMail>

/** A merchant's newest mails. */
export function listMails(db: Db, merchantId: string, limit: number): Promise<ShownMail[]> {
  return rows(
    db,
    shownMail,
    sql`
      SELECT id::text, recipient, subject, body, state, error, created_at AS "createdAt" FROM mail
      WHERE merchant_id = ${merchantId}::uuid ORDER BY created_at DESC, mail.id DESC LIMIT ${limit}`,
  )
}

/** Removes mails of more than 30 days ago, sent or not. @returns how many */
export function forgetMails(db: Db, batch: number): Promise<number> {
  return db.$executeRaw(sql`
    DELETE FROM mail WHERE (merchant_id, id) IN (
      SELECT merchant_id, id FROM mail WHERE created_at < now() - ${KEPT} ORDER BY created_at LIMIT ${batch} FOR UPDATE SKIP LOCKED)`)
}

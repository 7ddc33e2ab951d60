import { z } from 'zod'
import { type Db, firstRow, rows, type Sql, sql, type Write } from '@/platform/db'
import type { EventFacts } from './event'

/** 60 s: longer than all requests to Stripe about one event take. A worker that was stopped for longer has lost its events to another. */
const LEASE = sql`interval '60 seconds'`
/** Events are kept for 35 days: Stripe has them for 30, and sends them for 3. */
const KEPT = sql`interval '35 days'`

const claimedRow = z.strictObject({
  account: z.string(),
  id: z.string(),
  type: z.string(),
  objectId: z.string().nullable(),
  gatewayKey: z.string().nullable(),
  facts: z.custom<EventFacts>((value) => typeof value === 'object' && value !== null),
  createdAt: z.date(),
  tries: z.int(),
  fence: z.int(),
})
/** An event that one worker has until its lease ends. */
export type ClaimedEvent = z.infer<typeof claimedRow>

/** Takes events that are due, the longest waiting first, each for one worker. @param accounts names of those that this installation serves */
export function claimEvents(db: Db, accounts: readonly string[], limit: number): Promise<ClaimedEvent[]> {
  return rows(
    db,
    claimedRow,
    sql`
      UPDATE stripe_event e SET lease_until = now() + ${LEASE}, fence = e.fence + 1
      FROM (
        SELECT account, id FROM stripe_event
        WHERE next_at <= now() AND (lease_until IS NULL OR lease_until <= now()) AND account = ANY (${accounts as string[]}::text[])
        ORDER BY next_at LIMIT ${limit} FOR UPDATE SKIP LOCKED) due
      WHERE e.account = due.account AND e.id = due.id
      RETURNING e.account, e.id, e.type, e.object_id AS "objectId", e.gateway_key AS "gatewayKey", e.facts, e.created_at AS "createdAt",
        e.tries, e.fence`,
  )
}

/** What a try came to. */
export type EventEnd =
  | { state: 'applied' | 'ignored' | 'stray'; reason: string }
  /** Not yet: our own row is not there, or not settled. It is tried again. */
  | { state: 'waiting'; reason: string }
  /** Stripe did not answer, or said what cannot be. It is tried again, and shown as failing. */
  | { state: 'failing'; reason: string }

/**
 * Pauses between tries, in s. Together two days and nine hours: longer than a payment is in doubt. The first are short, because an event often comes
 * before the answer to our own request.
 */
const PAUSES_S = [2, 5, 15, 60, 300, 900, 3_600, 14_400, 36_000, 64_800, 86_400] as const

/** The pause after that many tries, in s; null: nobody tries any more. */
export function pauseAfter(tries: number): number | null {
  return PAUSES_S[tries] ?? null
}

const settledRow = z.strictObject({ account: z.string(), id: z.string() })

/**
 * Writes what tries came to, all of a batch in one commit: each commit is one that payments' commits wait behind.
 * @returns the events that were written; of any other the lease was lost, and nothing of it was written
 */
export async function settleEvents(
  db: Db,
  ends: readonly { event: ClaimedEvent; end: EventEnd }[],
): Promise<{ account: string; id: string }[]> {
  const column = <T>(of: (one: (typeof ends)[number]) => T) => ends.map(of)
  const moves = ends.map(({ event, end }) => moveOf(event, end))
  return rows(
    db,
    settledRow,
    sql`
      UPDATE stripe_event e SET state = input.state, reason = input.reason, tries = tries + 1, lease_until = NULL,
        next_at = now() + input.pause_s * interval '1 second', settled_at = CASE WHEN input.over THEN now() ELSE e.settled_at END
      FROM unnest(${column(({ event }) => event.account)}::text[], ${column(({ event }) => event.id)}::text[],
        ${column(({ event }) => event.fence)}::int[], ${moves.map(({ state }) => state)}::text[], ${moves.map(({ reason }) => reason)}::text[],
        ${moves.map(({ pauseS }) => pauseS)}::float8[], ${moves.map(({ over }) => over)}::boolean[])
        AS input (account, id, fence, state, reason, pause_s, over)
      WHERE e.account = input.account AND e.id = input.id AND e.fence = input.fence AND e.next_at IS NOT NULL
      RETURNING e.account, e.id`,
  )
}

const EVENT = 'stripe-event'

function moveOf({ tries }: ClaimedEvent, { state, reason }: EventEnd) {
  // No text of the database has it.
  const words = reason.replaceAll('\u0000', '').slice(0, 300)
  if (state !== 'waiting' && state !== 'failing') return { state, reason: words, pauseS: null, over: true }
  const pauseS = pauseAfter(tries)
  // Whatever has waited for so long is for a person.
  const shown = state === 'failing' || pauseS === null ? 'failing' : 'received'
  return { state: shown, reason: words, pauseS, over: false }
}

/** The write that has an event tried again at once, whatever became of it. It touches no row where the event is not there, or is being tried now. */
export function applyAgain(account: string, id: string): Write {
  return {
    name: EVENT,
    rows: 1,
    sql: sql`
      UPDATE stripe_event SET state = 'received', reason = NULL, tries = 0, next_at = now(), lease_until = NULL, fence = fence + 1, settled_at = NULL
      WHERE account = ${account} AND id = ${id} AND (lease_until IS NULL OR lease_until <= now()) RETURNING 1`,
  }
}

/** Brings forward the tries that wait for an instant in the future, by `step`: how far the database's clock was put back. */
export function eventsForward(step: Sql): Sql {
  return sql`
    UPDATE stripe_event SET next_at = next_at - ${step}, lease_until = lease_until - ${step} WHERE next_at > now() OR lease_until > now()`
}

/** Removes events of more than 35 days ago. @returns how many */
export function forgetStripeEvents(db: Db, batch: number): Promise<number> {
  return db.$executeRaw(sql`
    DELETE FROM stripe_event WHERE (account, id) IN (
      SELECT account, id FROM stripe_event WHERE received_at < now() - ${KEPT} ORDER BY received_at LIMIT ${batch} FOR UPDATE SKIP LOCKED)`)
}

const backlogRow = z.strictObject({ due: z.bigint(), failing: z.bigint(), oldestSeconds: z.number() })

/** What is before the worker: events that are due, those that fail, and for how long the oldest has been due. */
export async function inboxBacklog(db: Db): Promise<z.infer<typeof backlogRow>> {
  const found = await firstRow(
    db,
    backlogRow,
    sql`
      SELECT (SELECT count(*) FROM stripe_event WHERE next_at <= now()) AS due,
        (SELECT count(*) FROM stripe_event WHERE state = 'failing') AS failing,
        coalesce((SELECT extract(epoch FROM now() - min(next_at)) FROM stripe_event WHERE next_at <= now()), 0)::float8 AS "oldestSeconds"`,
  )
  if (!found) throw new Error('the backlog of the inbox was not read')
  return found
}

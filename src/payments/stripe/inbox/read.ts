import { z } from 'zod'
import { cursorOf, type Db, firstRow, rows, type Sql, sql } from '@/platform/db'
import type { EventFacts } from './event'

export const EVENT_STATES = ['received', 'applied', 'ignored', 'stray', 'failing'] as const

const shownEvent = z.strictObject({
  account: z.string(),
  id: z.string(),
  type: z.string(),
  objectId: z.string().nullable(),
  createdAt: z.date(),
  receivedAt: z.date(),
  source: z.enum(['webhook', 'pull']),
  state: z.enum(EVENT_STATES),
  /** What became of it. */
  reason: z.string().nullable(),
  tries: z.int(),
  /** When it is tried next; null: never. */
  nextAt: z.date().nullable(),
  settledAt: z.date().nullable(),
  /** A worker has it now. */
  running: z.boolean(),
  facts: z.custom<EventFacts>((value) => typeof value === 'object' && value !== null),
  /** The payment of ours that it is about, or whose refund it is about. */
  paymentId: z.string().nullable(),
  cursor: z.string(),
})
/** An event as the dashboard shows it. */
export type ShownEvent = z.infer<typeof shownEvent>

/** Who reads: a merchant, and the accounts at Stripe that are theirs. */
export interface InboxReader {
  merchantId: string
  accounts: readonly string[]
}

/**
 * Events about payments and refunds of the merchant, and those of its accounts that are about nobody else's: several merchants may share the
 * installation's account.
 */
const SHOWN = ({ merchantId, accounts }: InboxReader): Sql => sql`
  SELECT e.account, e.id, e.type, e.object_id AS "objectId", e.created_at AS "createdAt", e.received_at AS "receivedAt", e.source, e.state,
    e.reason, e.tries, e.next_at AS "nextAt", e.settled_at AS "settledAt", coalesce(e.lease_until > now(), false) AS running, e.facts,
    coalesce(p.id, r.payment_id)::text AS "paymentId", ${cursorOf(sql`e.received_at`)} AS cursor
  FROM stripe_event e LEFT JOIN payment p ON p.gateway_key = e.gateway_key LEFT JOIN refund r ON r.gateway_key = e.gateway_key
  WHERE (coalesce(p.merchant_id, r.merchant_id) = ${merchantId}::uuid
    OR coalesce(p.merchant_id, r.merchant_id) IS NULL AND e.account = ANY (${accounts as string[]}::text[]))`

export interface EventFilter {
  state: (typeof EVENT_STATES)[number] | null
  /** The whole id of an event, or of the object that it is about. */
  search: string | null
  after: { at: string; id: string } | null
  limit: number
}

/** Events, the latest received first. Keyset: `after` is the last row of the page before. */
export function listStripeEvents(
  db: Db,
  reader: InboxReader,
  { state, search, after, limit }: EventFilter,
): Promise<ShownEvent[]> {
  return rows(
    db,
    shownEvent,
    sql`
      ${SHOWN(reader)}
        AND (${state}::text IS NULL OR e.state = ${state}::text)
        AND (${search}::text IS NULL OR ${search}::text IN (e.id, e.object_id))
        AND (${after?.id ?? null}::text IS NULL OR (e.received_at, e.id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::text))
      ORDER BY e.received_at DESC, e.id DESC LIMIT ${limit}`,
  )
}

/** Null: there is none, or it is somebody else's. */
export function findStripeEvent(db: Db, reader: InboxReader, id: string): Promise<ShownEvent | null> {
  return firstRow(db, shownEvent, sql`${SHOWN(reader)} AND e.id = ${id} ORDER BY e.received_at DESC LIMIT 1`)
}

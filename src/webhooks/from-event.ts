import { type Sql, sql } from '@/platform/db'

/** The body of an event's requests, from the columns of `outbox_event`. */
export const BODY: Sql = sql`'{"type":' || to_json(type)::text || ',"timestamp":"'
  || to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '","data":' || payload || '}'`

/**
 * A new id for the delivery of the event `o`: random behind the event's own milliseconds, so that deliveries and their attempts land at the
 * end of their indexes.
 */
export const DELIVERY_ID: Sql = sql`(left(o.id::text, 14) || right(gen_random_uuid()::text, 22))::uuid`

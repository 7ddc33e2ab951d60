import { type Sql, sql } from '@/platform/db'

/** The body of an event's requests, from the columns of `outbox_event`. */
export const BODY: Sql = sql`'{"type":' || to_json(type)::text || ',"timestamp":"'
  || to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') || '","data":' || payload || '}'`

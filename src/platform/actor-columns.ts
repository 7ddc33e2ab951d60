import type { RowOf } from '@payonce/idempotency/sql'
import type { Actor } from '@/lib/actor'
import { sql } from './db'

/** The columns of the actor, for an INSERT; `actorValues` are their values. */
export const ACTOR_COLUMNS = sql`actor, address, request_id`

/** Null columns where nobody is named: work of our own, such as an order of the demo. */
export function actorValues(by: Actor | undefined) {
  return sql`${by?.name ?? null}::text, ${by?.address ?? null}::text, ${by?.requestId ?? null}::text`
}

/** The same columns of a row in set form; `actorRow` are their values. */
export const ACTOR_TYPES = { actor: 'text', address: 'text', request_id: 'text' } as const

export function actorRow(by: Actor | undefined): RowOf<typeof ACTOR_TYPES> {
  return { actor: by?.name ?? null, address: by?.address ?? null, request_id: by?.requestId ?? null }
}

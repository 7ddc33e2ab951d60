import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import { ACTOR_COLUMNS, actorValues } from '@/platform/actor-columns'
import { audit, changesBetween, type FieldChange, SYSTEM } from '@/platform/audit'
import { commit } from '@/platform/commit'
import { type Db, joinSql, rows, type Sql, sql, type Write } from '@/platform/db'
import { modeOf } from './merchant'
import { hashOf, hintOf, newToken, readToken } from './token'

/** Rights that an API key may have. The database keeps the same list (CHECK api_key_scopes). */
export const SCOPES = [
  'orders:read',
  'orders:write',
  'payments:read',
  'payments:write',
  'refunds:write',
  'ledger:read',
  'webhooks:read',
  'webhooks:write',
] as const
export type ApiScope = (typeof SCOPES)[number]

/**
 * Longest overlap of a rotation, in hours. 7 days: long enough for any deployment, short enough that the old
 * key is not forgotten.
 */
export const OVERLAP_MAX_HOURS = 7 * 24

export interface NewApiKey {
  merchantId: string
  /** Chosen by the caller, so that a request which is sent twice makes one key. */
  id?: string
  name: string
  scopes: readonly ApiScope[]
  /** Null: until it is revoked. */
  expiresInDays: number | null
  /** The operator's e-mail, as the list of keys shows it. */
  by: string
  /** For the audit log; `SYSTEM` where nobody is named, as in the seed. */
  actor?: Actor
}

const apiKeyRow = z.strictObject({
  id: z.string(),
  name: z.string(),
  hint: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  createdBy: z.string(),
  createdAt: z.date(),
  /** Null: it works until it is revoked. */
  expiresAt: z.date().nullable(),
  revokedAt: z.date().nullable(),
  /** Id of the key that takes its place. */
  rotatedTo: z.string().nullable(),
  lastUsedAt: z.date().nullable(),
  /** Whether it works now, by the database's clock. */
  active: z.boolean(),
  /** Not used in the last hour, by the same clock. */
  idle: z.boolean(),
})
/** An API key as a list shows it. The token itself is not in it: only its owner has it. */
export type ApiKeyRow = z.infer<typeof apiKeyRow>

export interface MadeKey {
  id: string
  /** Shown once, and stored nowhere. */
  token: string
}

/** @returns null when there is no such merchant, or a key of this id was made before: its token is gone */
export async function createApiKey(db: Db, key: NewApiKey, newId: () => string): Promise<MadeKey | null> {
  const mode = await modeOf(db, key.merchantId)
  if (!mode) return null
  const made = { id: key.id ?? newId(), token: newToken(mode) }
  const { merchantId, name, scopes, expiresInDays, by, actor } = key
  const expires =
    expiresInDays === null ? sql`NULL::timestamptz` : sql`now() + ${expiresInDays} * interval '1 day'`
  const row = sql`
    INSERT INTO api_key (merchant_id, id, name, hash, hint, scopes, created_by, expires_at, ${ACTOR_COLUMNS})
    VALUES (${merchantId}::uuid, ${made.id}::uuid, ${name}, ${hashOf(made.token)}, ${hintOf(made.token)}, ARRAY[${joinSql([...scopes])}]::text[], ${by}, ${expires}, ${actorValues(actor)})
    ON CONFLICT (merchant_id, id) DO NOTHING RETURNING 1`
  const lasts = expiresInDays === null ? 'never' : `after ${expiresInDays} days`
  const changes = changesBetween({}, { name, scopes: scopes.join(' '), expires: lasts })
  const traced = trace(key, newId(), {
    subject: made.id,
    action: 'api-key.created',
    detail: `${name}: ${scopes.join(' ')}`,
    changes,
  })
  return (await commit(db, [one('api-key', row), traced])).committed ? made : null
}

/**
 * Keys that a list shows. 200: a merchant has a handful, and as many old ones as it rotated. Older keys are
 * left out, revoked ones among them; a key that works can still be found by its id.
 */
const LIST_MAX = 200

/** A merchant's API keys, newest first. */
export function listApiKeys(db: Db, merchantId: string): Promise<ApiKeyRow[]> {
  return rows(
    db,
    apiKeyRow,
    sql`
      SELECT id::text, name, hint, scopes, created_by AS "createdBy", created_at AS "createdAt", expires_at AS "expiresAt", revoked_at AS "revokedAt",
        rotated_to::text AS "rotatedTo", last_used_at AS "lastUsedAt", ${ACTIVE} AS active,
        coalesce(last_used_at, created_at) < now() - interval '1 hour' AS idle
      FROM api_key WHERE merchant_id = ${merchantId}::uuid ORDER BY created_at DESC, id DESC LIMIT ${LIST_MAX}`,
  )
}

/** One of a merchant's keys, with its successor. Null when there is none of this id. */
export function findApiKey(
  db: Db,
  merchantId: string,
  id: string,
): Promise<{ rotatedTo: string | null } | null> {
  return db.apiKey.findUnique({
    where: { merchantId_id: { merchantId, id } },
    select: { rotatedTo: true },
  })
}

/** Whether the token is a key of the merchant that works now. Its use is not recorded. */
export async function isWorkingKey(db: Db, merchantId: string, token: string): Promise<boolean> {
  const shown = readToken(token)
  if (!shown) return false
  const found = await rows(
    db,
    z.strictObject({ one: z.int() }),
    sql`SELECT 1 AS one FROM api_key WHERE merchant_id = ${merchantId}::uuid AND hash = ${shown.hash} AND ${ACTIVE}`,
  )
  return found.length > 0
}

export interface Which {
  merchantId: string
  id: string
  by: string
  /** As in `NewApiKey`. */
  actor?: Actor
}

export interface Rotation {
  overlapHours: number
  /** Id of the successor, chosen by the caller as for a new key. */
  successorId?: string
}

/**
 * Makes a successor of the same name, rights and lifetime. The old key works on for `overlapHours`, but not
 * longer than it would have: time to deploy the new one.
 * @returns null when there is no such key, or it has ended or was rotated before
 */
export async function rotateApiKey(
  db: Db,
  which: Which,
  rotation: Rotation,
  newId: () => string,
): Promise<MadeKey | null> {
  const mode = await modeOf(db, which.merchantId)
  if (!mode) return null
  const { overlapHours, successorId } = rotation
  const made = { id: successorId ?? newId(), token: newToken(mode) }
  const row = sql`
    INSERT INTO api_key (merchant_id, id, name, hash, hint, scopes, created_by, expires_at, ${ACTOR_COLUMNS})
    SELECT merchant_id, ${made.id}::uuid, name, ${hashOf(made.token)}, ${hintOf(made.token)}, scopes, ${which.by}, now() + (expires_at - created_at), ${actorValues(which.actor)}
    FROM api_key WHERE ${isOf(which)} AND ${ACTIVE} AND rotated_to IS NULL
    ON CONFLICT (merchant_id, id) DO NOTHING RETURNING 1`
  const old = sql`
    UPDATE api_key SET rotated_to = ${made.id}::uuid, expires_at = least(expires_at, now() + ${overlapHours} * interval '1 hour')
    WHERE ${isOf(which)} AND ${ACTIVE} AND rotated_to IS NULL RETURNING 1`
  const traced = trace(which, newId(), {
    subject: which.id,
    action: 'api-key.rotated',
    detail: `works on for ${overlapHours} h; its successor is ${made.id}`,
    changes: changesBetween({ successor: null }, { successor: made.id }),
  })
  return (await commit(db, [one('api-key', row), one('old-api-key', old), traced])).committed ? made : null
}

/** Ends a key at once. @returns false when there is no such key, or it was revoked before */
export async function revokeApiKey(db: Db, which: Which, newId: () => string): Promise<boolean> {
  const row = sql`UPDATE api_key SET revoked_at = now() WHERE ${isOf(which)} AND revoked_at IS NULL RETURNING 1`
  const traced = trace(which, newId(), {
    subject: which.id,
    action: 'api-key.revoked',
    detail: 'ended at once',
    changes: changesBetween({ state: 'active' }, { state: 'revoked' }),
  })
  return (await commit(db, [one('api-key', row), traced])).committed
}

/** Condition: the key works now, by the database's clock, which is the same for all processes. */
export const ACTIVE: Sql = sql`(revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now()))`

function isOf({ merchantId, id }: Pick<Which, 'merchantId' | 'id'>): Sql {
  return sql`merchant_id = ${merchantId}::uuid AND id = ${id}::uuid`
}

function one(name: string, statement: Sql): Write {
  return { name, rows: 1, sql: statement }
}

function trace(
  { merchantId, actor = SYSTEM }: Pick<Which, 'merchantId' | 'actor'>,
  id: string,
  entry: { subject: string; action: string; detail: string; changes: readonly FieldChange[] },
): Write {
  return audit({ merchantId, id, by: actor, ...entry })
}

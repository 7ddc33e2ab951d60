import { z } from 'zod'
import { decryptSecret, encryptSecret, type FactorKeys } from '@/access/factor-secret'
import type { Actor } from '@/lib/actor'
import { type Acted, act } from '@/platform/act'
import { changesBetween } from '@/platform/audit'
import { type Db, firstRow, joinSql, rows, type Sql, sql, type Write } from '@/platform/db'
import { newSigningSecret } from './signature'

export const ENDPOINT_STATES = ['enabled', 'paused', 'disabled'] as const
export type EndpointState = (typeof ENDPOINT_STATES)[number]

/** Endpoints of a merchant. 20: each takes part of a worker's connections, and an event goes to all of them. */
export const ENDPOINTS_MAX = 20
/** The longest overlap of a rotation, in hours. 7 days, as for API keys. */
export const SECRET_OVERLAP_MAX_HOURS = 7 * 24
/** How long a repeat of the request that made a secret gets it once more: its first answer may have been lost. */
const SHOWN_AGAIN = sql`interval '24 hours'`

const endpointRow = z.strictObject({
  id: z.string(),
  url: z.string(),
  description: z.string(),
  /** Empty: all. */
  eventTypes: z.array(z.string()),
  state: z.enum(ENDPOINT_STATES),
  reason: z.string().nullable(),
  failingSince: z.date().nullable(),
  createdAt: z.date(),
  /** Until then the secret before the current one signs too; null: only the current one does. */
  previousSecretUntil: z.date().nullable(),
  pending: z.bigint(),
})
export type EndpointRow = z.infer<typeof endpointRow>

/** Who changes which endpoint. `actId`: the same for each repeat of one request. */
export interface Change {
  merchantId: string
  endpointId: string
  by: Actor
  actId: string
}

export interface EndpointFields {
  url: string
  description: string
  eventTypes: readonly string[]
}

type EndpointChanges = { [Field in keyof EndpointFields]?: EndpointFields[Field] | undefined }

/** A merchant's endpoints, newest first. */
export function listEndpoints(db: Db, merchantId: string): Promise<EndpointRow[]> {
  return rows(
    db,
    endpointRow,
    sql`${SELECTED} WHERE e.merchant_id = ${merchantId}::uuid AND e.state <> 'deleted'
    ORDER BY e.created_at DESC, e.id DESC LIMIT ${ENDPOINTS_MAX}`,
  )
}

export function findEndpoint(db: Db, merchantId: string, id: string): Promise<EndpointRow | null> {
  return firstRow(
    db,
    endpointRow,
    sql`${SELECTED} WHERE e.merchant_id = ${merchantId}::uuid AND e.id = ${id}::uuid AND e.state <> 'deleted'`,
  )
}

const SELECTED = sql`
  SELECT e.id::text, e.url, e.description, e.event_types AS "eventTypes", e.state, e.reason, e.failing_since AS "failingSince",
    e.created_at AS "createdAt",
    (SELECT max(s.valid_until) FROM webhook_secret s WHERE s.merchant_id = e.merchant_id AND s.endpoint_id = e.id AND s.valid_until > now()) AS "previousSecretUntil",
    (SELECT count(*) FROM webhook_delivery d WHERE d.merchant_id = e.merchant_id AND d.endpoint_id = e.id AND d.state = 'pending') AS pending
  FROM webhook_endpoint e`

/** Makes an endpoint and its secret. `refused`: the merchant has as many as it may. */
export function createEndpoint(
  db: Db,
  change: Change,
  fields: EndpointFields,
  keys: FactorKeys,
): Promise<Acted> {
  const { merchantId, endpointId } = change
  const row = sql`
    INSERT INTO webhook_endpoint (merchant_id, id, url, description, event_types)
    SELECT ${merchantId}::uuid, ${endpointId}::uuid, ${fields.url}, ${fields.description}, ${textArray(fields.eventTypes)}
    WHERE (SELECT count(*) FROM webhook_endpoint WHERE merchant_id = ${merchantId}::uuid AND state <> 'deleted') < ${ENDPOINTS_MAX}
    RETURNING 1`
  const detail = `url ${fields.url}; ${typesInWords(fields.eventTypes)}; ${fields.description}`
  // One after another: of those that are made at once none would see the others.
  const inTurn = sql`SELECT pg_advisory_xact_lock(hashtextextended(${`webhook_endpoint ${merchantId}`}, 0))`
  return act(
    db,
    entryOf(change, 'webhook.created', detail),
    [one('webhook-endpoint', row), one('webhook-secret', insertSecret(change, keys))],
    [inTurn],
  )
}

/** Changes the fields that are given. `refused`: there is no such endpoint. */
export async function updateEndpoint(db: Db, change: Change, fields: EndpointChanges): Promise<Acted> {
  // The entry says what was before. Where somebody else changes the endpoint in between, it is read again.
  for (let tries = 0; ; tries++) {
    const before = await findEndpoint(db, change.merchantId, change.endpointId)
    const outcome = await updateFrom(db, change, before, fields)
    if (outcome !== 'refused' || !before || tries === 2) return outcome
  }
}

function updateFrom(
  db: Db,
  change: Change,
  before: EndpointRow | null,
  fields: EndpointChanges,
): Promise<Acted> {
  const { url, description, eventTypes } = fields
  const changes = [
    sql`updated_at = now()`,
    ...(url === undefined ? [] : [sql`url = ${url}`]),
    ...(description === undefined ? [] : [sql`description = ${description}`]),
    ...(eventTypes === undefined ? [] : [sql`event_types = ${textArray(eventTypes)}`]),
  ]
  const words = [
    ...(url === undefined ? [] : [`url ${url}`]),
    ...(eventTypes === undefined ? [] : [typesInWords(eventTypes)]),
    ...(description === undefined ? [] : [`description ${description}`]),
  ]
  const as = before
    ? sql`url = ${before.url} AND description = ${before.description} AND event_types = ${textArray(before.eventTypes)}`
    : sql`false`
  const row = sql`UPDATE webhook_endpoint SET ${joinSql(changes)} WHERE ${isOf(change)} AND ${as} RETURNING 1`
  const entry = entryOf(change, 'webhook.changed', words.join('; ') || 'nothing')
  return act(db, { ...entry, changes: fieldChanges(before, fields) }, [one('webhook-endpoint', row)])
}

function fieldChanges(before: EndpointRow | null, { url, description, eventTypes }: EndpointChanges) {
  if (!before) return []
  const now = { url: before.url, description: before.description, events: typesInWords(before.eventTypes) }
  return changesBetween(now, {
    url: url ?? now.url,
    description: description ?? now.description,
    events: eventTypes === undefined ? now.events : typesInWords(eventTypes),
  })
}

/** Pauses (deliveries wait) or enables an endpoint, also one that we have disabled. `refused`: there is no such endpoint. */
export function setEndpointState(db: Db, change: Change, to: 'enabled' | 'paused'): Promise<Acted> {
  const action = to === 'paused' ? 'webhook.paused' : 'webhook.enabled'
  const fresh = to === 'enabled' ? sql`, reason = NULL, failing_since = NULL, not_before = NULL` : sql``
  const row = sql`UPDATE webhook_endpoint SET state = ${to}, updated_at = now()${fresh} WHERE ${isOf(change)} RETURNING 1`
  return act(db, entryOf(change, action, ''), [one('webhook-endpoint', row)])
}

/** Ends an endpoint and its secrets at once; its log remains until it is removed by age. `refused`: there is no such endpoint. */
export function deleteEndpoint(db: Db, change: Change): Promise<Acted> {
  const row = sql`UPDATE webhook_endpoint SET state = 'deleted', updated_at = now() WHERE ${isOf(change)} RETURNING 1`
  const secrets = sql`DELETE FROM webhook_secret WHERE ${secretOf(change)}`
  return act(db, entryOf(change, 'webhook.deleted', ''), [one('webhook-endpoint', row)], [secrets])
}

/**
 * Makes a new secret. The one before signs too for `overlapHours`; with 0 it ends at once. `refused`: there is no such endpoint, or the last
 * rotation still overlaps, and a third secret would end one that somebody is about to install.
 */
export function rotateSecret(db: Db, change: Change, overlapHours: number, keys: FactorKeys): Promise<Acted> {
  const until = sql`now() + ${overlapHours} * interval '1 hour'`
  const ended = sql`UPDATE webhook_secret SET valid_until = least(valid_until, ${until}) WHERE ${secretOf(change)} AND (valid_until IS NULL OR valid_until > now())`
  const there = sql`UPDATE webhook_endpoint SET updated_at = now() WHERE ${isOf(change)} RETURNING 1`
  const detail = `the secret before works on for ${overlapHours} h`
  const writes = [
    one('webhook-endpoint', there),
    one('webhook-secret', insertSecret(change, keys, change.actId)),
  ]
  return act(db, entryOf(change, 'webhook.secret-rotated', detail), writes, [ended])
}

/** The secret that was made under this id, as long as it is the current one and younger than 24 hours; else null. */
export async function secretMade(
  db: Db,
  { merchantId, endpointId }: Pick<Change, 'merchantId' | 'endpointId'>,
  id: string,
  keys: FactorKeys,
): Promise<string | null> {
  const found = await firstRow(
    db,
    z.strictObject({ secret: z.string() }),
    sql`SELECT secret FROM webhook_secret WHERE ${secretOf({ merchantId, endpointId })} AND id = ${id}::uuid
      AND valid_until IS NULL AND created_at > now() - ${SHOWN_AGAIN}`,
  )
  return found && (decryptSecret(found.secret, endpointId, keys)?.text ?? null)
}

/** Encrypts the secrets anew that a key before the current one encrypted. @returns how many, and how many no key can read */
export async function renewWebhookSecrets(
  db: Db,
  keys: FactorKeys,
): Promise<{ renewed: number; unreadable: number }> {
  const all = await rows(
    db,
    z.strictObject({ merchantId: z.string(), endpointId: z.string(), secret: z.string() }),
    sql`SELECT merchant_id::text AS "merchantId", endpoint_id::text AS "endpointId", secret FROM webhook_secret ORDER BY id LIMIT 10000`,
  )
  const counts = { renewed: 0, unreadable: 0 }
  for (const { secret, ...owner } of all) {
    const read = decryptSecret(secret, owner.endpointId, keys)
    if (!read) counts.unreadable += 1
    if (!read?.outdated) continue
    const encrypted = encryptSecret(read.text, owner.endpointId, keys)
    counts.renewed += await db.$executeRaw(sql`
      UPDATE webhook_secret SET secret = ${encrypted} WHERE ${secretOf(owner)} AND secret = ${secret}`)
  }
  return counts
}

/** None while two sign already. */
function insertSecret({ merchantId, endpointId }: Change, keys: FactorKeys, id = endpointId): Sql {
  const secret = encryptSecret(newSigningSecret(), endpointId, keys)
  return sql`
    INSERT INTO webhook_secret (merchant_id, endpoint_id, id, secret)
    SELECT ${merchantId}::uuid, ${endpointId}::uuid, ${id}::uuid, ${secret}
    WHERE (SELECT count(*) FROM webhook_secret WHERE ${secretOf({ merchantId, endpointId })} AND valid_until > now()) < 2 RETURNING 1`
}

function isOf({ merchantId, endpointId }: Pick<Change, 'merchantId' | 'endpointId'>): Sql {
  return sql`merchant_id = ${merchantId}::uuid AND id = ${endpointId}::uuid AND state <> 'deleted'`
}

function secretOf({ merchantId, endpointId }: Pick<Change, 'merchantId' | 'endpointId'>): Sql {
  return sql`merchant_id = ${merchantId}::uuid AND endpoint_id = ${endpointId}::uuid`
}

/** The audit entry of a change. */
export function entryOf({ merchantId, endpointId, by, actId }: Change, action: string, detail: string) {
  return { merchantId, id: actId, by, action, subject: endpointId, detail }
}

function typesInWords(types: readonly string[]): string {
  return types.length === 0 ? 'all events' : `events ${types.join(' ')}`
}

function textArray(texts: readonly string[]): Sql {
  return texts.length === 0 ? sql`'{}'::text[]` : sql`ARRAY[${joinSql([...texts])}]::text[]`
}

export function one(name: string, statement: Sql): Write {
  return { name, rows: 1, sql: statement }
}

import { createHash } from 'node:crypto'
import type { SendStatement } from '@/idempotency/stores/pg-batches'
import type { LoggedRequest } from './logged-request'

type Statement = Parameters<SendStatement>[0]

/** Requests of one merchant that the log has left out. */
export interface Loss {
  id: string
  merchantId: string
  count: number
  at: Date
}

/** Columns of a request with their types: an array each, so that one text, and one plan, serves any number of rows. */
const COLUMNS: readonly [name: string, type: string, of: (row: LoggedRequest) => unknown][] = [
  ['id', 'uuid', ({ id }) => id],
  ['token_hash', 'text', ({ tokenHash }) => tokenHash],
  ['at', 'timestamptz', ({ at }) => at],
  ['duration_ms', 'int', ({ durationMs }) => durationMs],
  ['method', 'text', ({ method }) => method],
  ['path', 'text', ({ path }) => path],
  ['query', 'text', ({ query }) => query],
  ['status', 'smallint', ({ status }) => status],
  ['problem', 'text', ({ problem }) => problem],
  ['outcome', 'text', ({ outcome }) => outcome],
  ['operation', 'text', ({ operation }) => operation],
  ['record_id', 'text', ({ recordId }) => recordId],
  ['idempotency_key', 'text', ({ idempotencyKey }) => idempotencyKey],
  ['intent', 'text', ({ intent }) => intent],
  ['address', 'text', ({ address }) => address],
  ['request_headers', 'text', ({ requestHeaders }) => requestHeaders],
  ['request_body', 'text', ({ requestBody }) => requestBody],
  ['request_bytes', 'int', ({ requestBytes }) => requestBytes],
  ['answer_headers', 'text', ({ answerHeaders }) => answerHeaders],
  ['answer_body', 'text', ({ answerBody }) => answerBody],
]
const NAMES = COLUMNS.map(([name]) => name)
const KEPT = NAMES.filter((name) => name !== 'token_hash').join(', ')
const ARRAYS = COLUMNS.map(([, type], index) => `$${index + 1}::${type}[]`).join(', ')

/**
 * Whether the earlier of two requests may have done something: it was not refused and not declined. After a refusal or a decline a new key
 * is right.
 */
const MAY_HAVE_WORKED = (status: string) => `(${status} < 400 OR ${status} = 409 OR ${status} >= 500)`

/**
 * One statement: the requests with the API keys that they showed, each marked when it is the first under its idempotency key for something
 * that another key was used for within an hour; and the counts of their API keys, of the rows that are new. A batch that is sent again, after
 * a commit without an answer, adds nothing.
 */
const TEXT = `
  WITH given AS MATERIALIZED (
    SELECT k.merchant_id, k.id AS api_key_id, g.*
    FROM unnest(${ARRAYS}) AS g (${NAMES.join(', ')}) JOIN api_key k ON k.hash = g.token_hash),
  marked AS (
    SELECT g.*, CASE
      WHEN g.intent IS NULL THEN NULL
      WHEN EXISTS (SELECT FROM api_request s WHERE s.merchant_id = g.merchant_id AND s.intent = g.intent AND s.idempotency_key = g.idempotency_key)
        OR EXISTS (SELECT FROM given s WHERE s.merchant_id = g.merchant_id AND s.intent = g.intent AND s.idempotency_key = g.idempotency_key AND s.id < g.id) THEN NULL
      ELSE (
        SELECT o.id FROM (
          (SELECT r.id, r.at, r.status FROM api_request r
            WHERE r.merchant_id = g.merchant_id AND r.intent = g.intent AND r.idempotency_key <> g.idempotency_key
              AND r.at > g.at - interval '1 hour' ORDER BY r.id DESC LIMIT 100)
          UNION ALL
          SELECT r.id, r.at, r.status FROM given r
            WHERE r.merchant_id = g.merchant_id AND r.intent = g.intent AND r.idempotency_key <> g.idempotency_key AND r.id < g.id) o
        WHERE o.at BETWEEN g.at - interval '1 hour' AND g.at + interval '1 hour'
          AND ${MAY_HAVE_WORKED('CASE WHEN o.id < g.id THEN o.status ELSE g.status END')}
        ORDER BY o.id LIMIT 1) END AS same_intent_as
    FROM given g),
  added AS (
    INSERT INTO api_request (merchant_id, api_key_id, ${KEPT}, same_intent_as)
    SELECT merchant_id, api_key_id, ${KEPT}, same_intent_as FROM marked
    ON CONFLICT DO NOTHING
    RETURNING merchant_id, api_key_id, at, status, problem, outcome, idempotency_key, same_intent_as)
  INSERT INTO api_key_hour AS h (merchant_id, api_key_id, hour, requests, keyed, replays, mismatches, conflicts, refused, failed, new_keys)
  SELECT merchant_id, api_key_id, date_trunc('hour', at), count(*), count(outcome), count(*) FILTER (WHERE outcome IN ('replayed', 'joined')),
    count(*) FILTER (WHERE problem = 'key-reused'), count(*) FILTER (WHERE status = 409), count(*) FILTER (WHERE status BETWEEN 400 AND 499),
    count(*) FILTER (WHERE status >= 500), count(same_intent_as)
  FROM added GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
  ON CONFLICT (merchant_id, api_key_id, hour) DO UPDATE SET
    requests = h.requests + excluded.requests, keyed = h.keyed + excluded.keyed, replays = h.replays + excluded.replays,
    mismatches = h.mismatches + excluded.mismatches, conflicts = h.conflicts + excluded.conflicts, refused = h.refused + excluded.refused,
    failed = h.failed + excluded.failed, new_keys = h.new_keys + excluded.new_keys`
const NAME = nameOf(TEXT)

export function insertRequests(batch: readonly LoggedRequest[]): Statement {
  return { name: NAME, text: TEXT, values: COLUMNS.map(([, , of]) => batch.map(of)) }
}

const LOSSES = `
  INSERT INTO api_request_loss (merchant_id, id, at, count)
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::int[]) ON CONFLICT DO NOTHING`
const LOSSES_NAME = nameOf(LOSSES)

export function insertLosses(losses: readonly Loss[]): Statement {
  const values = [
    losses.map(({ merchantId }) => merchantId),
    losses.map(({ id }) => id),
    losses.map(({ at }) => at),
    losses.map(({ count }) => count),
  ]
  return { name: LOSSES_NAME, text: LOSSES, values }
}

function nameOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

import { z } from 'zod'
import { showId } from '@/lib/id'
import type { KeyUse } from '../request-log/key-use'
import type { RequestDetail, RequestRow } from '../request-log/read'
import { time } from './json'

/** Requests of programs on the dashboard, and what the requests of an API key came to. */

export const requestOut = z.object({
  /** The `Request-Id` of the answer. */
  id: z.string(),
  at: z.string(),
  method: z.string(),
  path: z.string(),
  status: z.number(),
  durationMs: z.number(),
  problem: z.string().nullable(),
  outcome: z.enum(['executed', 'replayed', 'joined', 'rejected']).nullable(),
  recordId: z.string().nullable(),
  idempotencyKey: z.string().nullable(),
  apiKey: z.object({ id: z.string(), name: z.string(), hint: z.string() }),
  sameIntentAs: z.string().nullable(),
})

export const requestDetailOut = requestOut.extend({
  query: z.string().nullable(),
  operation: z.string().nullable(),
  address: z.string().nullable(),
  requestHeaders: z.array(z.object({ name: z.string(), value: z.string() })),
  /** JSON, redacted; it ends in `…` where it was cut. Null: nothing of it was kept. */
  requestBody: z.string().nullable(),
  requestBytes: z.number().nullable(),
  answerHeaders: z.array(z.object({ name: z.string(), value: z.string() })),
  answerBody: z.string().nullable(),
  /** Of the API itself. */
  baseUrl: z.string(),
})

export const useOut = z.object({
  apiKeyId: z.string(),
  requests: z.number(),
  keyed: z.number(),
  replays: z.number(),
  mismatches: z.number(),
  conflicts: z.number(),
  refused: z.number(),
  failed: z.number(),
  newKeys: z.number(),
})

export function showRequest(row: RequestRow): z.infer<typeof requestOut> {
  const { id, method, path, status, durationMs, problem, outcome, recordId, idempotencyKey, sameIntentAs } =
    row
  const apiKey = { id: showId('key', row.apiKeyId), name: row.apiKeyName, hint: row.apiKeyHint }
  return {
    id,
    at: time(row.at),
    method,
    path,
    status,
    durationMs,
    problem,
    outcome,
    recordId,
    idempotencyKey,
    apiKey,
    sameIntentAs,
  }
}

export function showRequestDetail(row: RequestDetail, baseUrl: string): z.infer<typeof requestDetailOut> {
  const { query, operation, address, requestBody, requestBytes, answerBody } = row
  return {
    ...showRequest(row),
    query,
    operation,
    address,
    requestHeaders: headersOf(row.requestHeaders),
    requestBody,
    requestBytes,
    answerHeaders: headersOf(row.answerHeaders),
    answerBody,
    baseUrl,
  }
}

export function showUse(row: KeyUse): z.infer<typeof useOut> {
  return { ...row, apiKeyId: showId('key', row.apiKeyId) }
}

function headersOf(text: string): { name: string; value: string }[] {
  return Object.entries(JSON.parse(text) as Record<string, string>).map(([name, value]) => ({ name, value }))
}

import { recordId } from '@payonce/idempotency'
import type { Context } from 'hono'
import { readToken } from '@/access/token'
import { uuidv7 } from '@/lib/id'
import type { Mode } from '@/lib/mode'
import { knownAddress } from '../actor'
import { requestAddress } from '../admission/address'
import { sentBody, sentHeader } from '../answer-headers'
import { addressOf } from '../check-text'
import { intentOf } from './intent'
import type { LoggedRequest, LoggedRun } from './logged-request'
import { READ_MAX, redactAddress, redactBody, redactHeaders, redactJson, redactText } from './redact'

export interface CaptureOptions {
  mode: Mode
  trustedHops: number
  /** Hashes intents. */
  secret: string
}

/**
 * A request and its answer, redacted. It is made when the answer is on its way: no client waits for it.
 * @returns null for a request without an API key, or with one that is malformed: nobody could be shown it
 */
export async function capture(
  c: Context,
  began: number,
  options: CaptureOptions,
): Promise<LoggedRequest | null> {
  const durationMs = Math.max(0, Math.round(performance.now() - began))
  const at = new Date(Date.now() - durationMs)
  // Before the answer is read on its way to the client. All else waits until the answer has left.
  const sent = sentBody(c) ?? (isStream(c.res) ? '' : c.res.clone())
  await new Promise(setImmediate)
  const shown = readToken(/^Bearer +(\S+)\s*$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? '')
  if (!shown || shown.mode !== options.mode) return null
  const caller: { merchantId: string; keyId: string } | undefined = c.get('caller')
  const run: LoggedRun | undefined = c.get('run')
  const [key, body]: [string | undefined, unknown] = [c.get('key'), c.get('body')]
  const { method } = c.req
  const { path, query } = redactAddress(addressOf(c))
  const bytes = Number(c.req.header('content-length'))
  const row = {
    id: c.get('requestId') ?? uuidv7(at.getTime()),
    tokenHash: shown.hash,
    merchantId: caller?.merchantId ?? null,
    at,
    durationMs,
    method: /^[A-Z]{1,10}$/.test(method) ? method : '?',
    path,
    query,
    status: c.res.status,
    outcome: run?.outcome ?? null,
    operation: run?.operation ?? null,
    recordId: run && key !== undefined ? recordId(run.scope, run.operation, key) : null,
    idempotencyKey: key === undefined ? null : redactText(key),
    intent: run && caller ? intentOf(options.secret, caller.keyId, path, body) : null,
    address: knownAddress(c.get('address') ?? requestAddress(c, options.trustedHops)),
    requestHeaders: JSON.stringify(redactHeaders('request', (name) => c.req.header(name))),
    requestBody: body === undefined || bytes > READ_MAX ? null : redactBody(body),
    requestBytes: method === 'POST' && Number.isSafeInteger(bytes) ? Math.min(bytes, 2 ** 31 - 1) : null,
    answerHeaders: JSON.stringify(redactHeaders('answer', (name) => sentHeader(c, name))),
  }
  const answer = typeof sent === 'string' ? sent : await sent.text()
  return { ...row, problem: problemIn(row.status, answer), answerBody: redactJson(answer) }
}

/** A copy of a stream would keep it open when its reader has gone. */
function isStream(answer: Response): boolean {
  return answer.headers.get('content-type')?.startsWith('text/event-stream') ?? false
}

function problemIn(status: number, answer: string): string | null {
  return status < 400 ? null : (/"kind":"([a-z-]{1,40})"/.exec(answer)?.[1] ?? null)
}

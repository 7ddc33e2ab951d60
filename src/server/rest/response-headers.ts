import { PROBLEMS, type ProblemKind } from '@/idempotency/problems'

/** The headers of our answers, as the document describes them. A test compares them with what is sent. */

const header = (description: string, example: string) => ({
  description,
  schema: { type: 'string' as const },
  example,
})

export const EVERY_HEADER = {
  'Request-Id': header(
    'Ours, for a question to us. A replay has one of its own.',
    '018f3c2a-9d4e-7c31-b2a4-5f60718293a4',
  ),
  RateLimit: header(
    'What is left of the quota of this API key, and in how many seconds it begins anew.',
    '"default";r=599;t=42',
  ),
  'RateLimit-Policy': header('The quota, and its window in seconds.', '"default";q=600;w=60'),
}

export const LOCATION = {
  Location: header('Where that is which was made.', '/api/v1/payments/pay_018f3c2a9d4e7c31b2a45f60718293a4'),
}

/** Of every answer that is stored under a key, problems too. */
export const KEPT_HEADERS = {
  'Idempotent-Replayed': header('`true` on a replay; the first answer does not have it.', 'true'),
  'Idempotency-First-Executed': header('On a replay: when it was done.', '2026-11-24T12:00:00.000Z'),
  'Idempotency-Key-Expires': header(
    'Until when the answer is kept. After that the key still does nothing again.',
    '2026-12-24T12:00:00.000Z',
  ),
  'Preference-Applied': header('The `wait` of a `Prefer` that was understood.', 'wait=10'),
}

/** After these it helps to wait. */
const WAITS: readonly ProblemKind[] = [
  'in-progress',
  'outcome-unknown',
  'rate-limited',
  'internal',
  'unavailable',
]

/** Those that one of these problems may have: they share a status. */
export function problemHeaders(kinds: readonly ProblemKind[]) {
  return {
    ...EVERY_HEADER,
    Link: header('A page about it.', `</problems/${kinds[0]}>; rel="describedby"; type="text/html"`),
    ...(kinds.some((kind) => WAITS.includes(kind))
      ? { 'Retry-After': header('How many seconds to wait before the same request is sent again.', '1') }
      : {}),
    ...(kinds.includes('unauthorized')
      ? { 'WWW-Authenticate': header('How to sign in.', 'Bearer realm="Payonce"') }
      : {}),
    // A key's question may be waited for whatever comes of it.
    ...(kinds.some((kind) => PROBLEMS[kind].remembered || kind === 'key-reused') ? KEPT_HEADERS : {}),
  }
}

import { PROBLEMS, type ProblemKind } from '@payonce/idempotency/problems'

/** The response headers, as the document describes them. A test compares them with the headers that are sent. */

const header = (description: string, example: string) => ({
  description,
  schema: { type: 'string' as const },
  example,
})

export const EVERY_HEADER = {
  'Request-Id': header(
    'Id of this request; quote it to support. Each replay has a new one.',
    '018f3c2a-9d4e-7c31-b2a4-5f60718293a4',
  ),
  RateLimit: header(
    'Requests left in the quota of this API key (`r`), and seconds until the quota resets (`t`).',
    '"default";r=599;t=42',
  ),
  'RateLimit-Policy': header(
    'The quota of this API key (`q`), and its window in seconds (`w`).',
    '"default";q=600;w=60',
  ),
  'Idempotency-Key-Ignored': header(
    'Only where the request carried an `Idempotency-Key` that was not used: why.',
    'GET changes nothing and needs no key',
  ),
}

export const LOCATION = {
  Location: header('URL of the created resource.', '/api/v1/payments/pay_018f3c2a9d4e7c31b2a45f60718293a4'),
}

export const PREFERENCE_APPLIED = {
  'Preference-Applied': header('The preference that was applied.', 'wait=10'),
}

/** Headers of every answer that is stored under a key, problems included. */
export const STORED_HEADERS = {
  'Idempotent-Replayed': header('`true` on a replay. The first answer does not carry this header.', 'true'),
  'Idempotency-First-Executed': header(
    'On a replay: when the first request under this key began.',
    '2026-11-24T12:00:00.000Z',
  ),
  'Idempotency-Key-Expires': header(
    'When the stored answer is deleted. A later retry is refused, never executed.',
    '2026-12-24T12:00:00.000Z',
  ),
  ...PREFERENCE_APPLIED,
}

/** Problems that pass: the same request is worth sending again after a while. */
const WAITS: readonly ProblemKind[] = [
  'in-progress',
  'outcome-unknown',
  'rate-limited',
  'too-many-attempts',
  'internal',
  'unavailable',
]

/** The headers that an answer with one of these problems may carry; all of them share a status. */
export function problemHeaders(kinds: readonly ProblemKind[]) {
  return {
    ...EVERY_HEADER,
    Link: header(
      'A page that describes this problem.',
      `</problems/${kinds[0]}>; rel="describedby"; type="text/html"`,
    ),
    ...(kinds.some((kind) => WAITS.includes(kind))
      ? { 'Retry-After': header('Seconds to wait before you send the same request again.', '1') }
      : {}),
    ...(kinds.includes('unauthorized')
      ? { 'WWW-Authenticate': header('The authentication scheme to use.', 'Bearer realm="Payonce"') }
      : {}),
    // A request that waited for the first one may end in any of the stored answers, or learn that its key was reused.
    ...(kinds.some((kind) => PROBLEMS[kind].remembered || kind === 'key-reused') ? STORED_HEADERS : {}),
  }
}

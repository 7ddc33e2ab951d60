import type { ProblemKind } from '@/idempotency/problems'

/** Each problem in one or two sentences for people. The rules themselves are in `idempotency/problems.ts`. */
export const PROBLEM_MEANINGS: Record<ProblemKind, string> = {
  validation: 'A field is missing or invalid; the detail names it. The key was not used.',
  'key-missing':
    'This operation needs an Idempotency-Key, to tell a repeat from a new request. Nothing was done.',
  'key-invalid': 'A key is 1 to 255 printable ASCII characters, in one header. Nothing was done.',
  'card-number':
    'A field contains a card number. The request was refused before anything was stored or logged. Send a token instead.',
  unauthorized: 'The request has no valid credentials. Sign in, or send your API key.',
  forbidden: 'Your credentials are valid but do not permit this.',
  'not-found': 'It does not exist or is not yours; the answer is deliberately the same.',
  'method-not-allowed':
    'The address exists, but not with this method. The Allow header and the API reference list its methods.',
  'too-large': 'A body is limited to 64 KiB. Nothing was read beyond that, and nothing was done.',
  'unsupported-media': 'The API accepts JSON only: send Content-Type: application/json. Nothing was done.',
  'rate-limited':
    'You sent more requests than your limit allows, replays included. Wait for Retry-After, then send the same request with the same key.',
  'payment-declined':
    'The bank declined. Nothing was charged. The same key always gets this answer; another card needs a new key.',
  'refund-declined':
    'The bank refused this refund for good. The amount can be refunded again with a new key.',
  'not-refundable':
    'Only a succeeded payment can be refunded, and at most what is left of it. The answer names that amount. Nothing was done.',
  'already-paid':
    'The order was paid with another key. You were not charged again. The answer links to the receipt.',
  'order-changed':
    'The order has changed since the shopper saw it. Nothing was charged. Show the new total, then pay.',
  'in-progress':
    'The first request with this key is still running. Wait for Retry-After, then send the same request again.',
  'outcome-unknown':
    'The bank did not answer, so we do not know whether it charged. We keep asking it and never charge again to find out.',
  'answer-expired':
    'This key took effect long ago, and its stored answer was deleted. The effect remains, and a repeat does nothing.',
  'key-reused':
    'This key belongs to a request with another payload. The answer names the fields that differ, never their values.',
  'not-charged': 'The bank confirmed that it did not charge. You may try again with a new key.',
  internal: 'An error on our side, before anything took effect. Send the same request with the same key.',
  'record-damaged':
    'The stored answer cannot be read. Nothing was executed, and we were alerted. Contact us before you pay again.',
  unavailable:
    'Our database cannot be reached, so the bank was not asked and nothing was charged. Send the same request again.',
}

import type { ProblemKind } from '@payonce/idempotency/problems'

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
  'step-up-required':
    'This action needs a sign-in or a confirmation within the last 5 minutes. Nothing was done. Confirm, then send it again.',
  'second-factor-required':
    'In live mode an admin needs a second factor: an authenticator app or a passkey. Nothing was done. Add one on the account page, then send it again.',
  'not-found': 'It does not exist or is not yours; the answer is deliberately the same.',
  'method-not-allowed':
    'The address exists, but not with this method. The Allow header and the API reference list its methods.',
  'too-large': 'A body is limited to 64 KiB. Nothing was read beyond that, and nothing was done.',
  'unsupported-media': 'The API accepts JSON only: send Content-Type: application/json. Nothing was done.',
  'rate-limited':
    'You sent more requests than your limit allows, replays included. Wait for Retry-After, then send the same request with the same key.',
  'too-many-attempts':
    'Too many cards were declined for this order, from this network or at this shop, or too many payments were begun. This request began and charged nothing. Wait for Retry-After, then send the same request with the same key.',
  'payment-declined':
    'The bank declined. Nothing was charged. The same key always gets this answer; another card needs a new key.',
  'refund-declined':
    'The bank refused this refund for good. The amount can be refunded again with a new key.',
  'not-refundable':
    'Only a succeeded payment can be refunded, and at most what is left of it: not what the bank has taken back in a dispute. The answer names that amount. Nothing was done.',
  'balance-too-low':
    'The merchant has set a limit below which refunds may not take the balance at the bank. The answer names the limit and what is left. Nothing was refunded; the same request can be sent again once there is more, or the limit is lower.',
  'not-resolvable':
    'What is parked has changed since it was shown, or this end is not safe by what the bank’s list shows. Nothing was done.',
  'already-paid':
    'The order was paid under another key, and this request charged nothing. The answer names the payment.',
  'order-changed':
    'The order has changed since it was read. Nothing was charged or changed. Read it again, show the new total, then pay or change it.',
  'order-closed':
    'The order is paid, cancelled or expired, so it is neither paid nor changed. Nothing was charged or changed. Place a new order.',
  'order-under-payment':
    'A payment of the order is under way, or its outcome is not known; the answer names it. Nothing was changed. If it ends unpaid, the same request can be sent again.',
  'not-capturable':
    'Only an authorised payment can be captured or voided, and captured only before its time has passed. The answer says how the payment stands. Nothing was done.',
  'authorisation-ended':
    'The bank had captured or released this payment before, so it could not be ended in the other way. The payment says how it has ended.',
  'changed-meanwhile':
    'What you are changing was changed after you had opened it. Nothing was done. Reload it, and decide again.',
  'in-progress':
    'The first request with this key, or another payment of the same order, is not finished. Wait for Retry-After, then send the same request again.',
  'outcome-unknown':
    'The bank did not answer, so we do not know whether it charged. We ask it again, and never charge again to find out.',
  'answer-expired':
    'A request with this key was completed, and its answer is not stored: it was deleted after its retention, or was larger than 1 MiB. A retry does nothing.',
  'sent-too-long-ago':
    'The request says that it was first sent before the time that keys are remembered for, and nothing is stored under its key. It executed nothing. Look up what the first try did before you send it anew.',
  'key-reused':
    'This key belongs to a request with another payload. The answer names the fields that differ, never their values.',
  'not-charged': 'According to the bank, nothing was charged. You may try again with a new key.',
  internal: 'An error on our side. Send the same request with the same key: it takes effect once.',
  'record-damaged':
    'The stored answer cannot be read, and we were alerted. This request executed nothing; the first one may have taken effect. Contact us before you pay again.',
  unavailable:
    'The server cannot take this request now: it is overloaded or restarting, or cannot reach its database or the bank. This request charged nothing. Wait for Retry-After, then send it again with the same key.',
}

import type { ProblemKind } from '@/idempotency/problems'

/** Each problem in one or two sentences for people. The rules themselves stand in the table of problems. */
export const PROBLEM_MEANINGS: Record<ProblemKind, string> = {
  validation: 'A field is missing or holds what it may not. The detail names it. The key was not used up.',
  'key-missing':
    'This operation charges, so it needs a key of yours to know a repeat from a new wish. Nothing was done.',
  'key-invalid': 'A key is 1 to 255 printable ASCII characters, sent once. Nothing was done.',
  'card-number':
    'A field held something that is a card number. It was refused before anything was stored or logged. Send a token instead.',
  unauthorized: 'We do not know who you are. Sign in, or send your API key.',
  forbidden: 'We know who you are, and you may not do this.',
  'not-found': 'There is no such thing, or it is not yours: the two look alike on purpose.',
  'method-not-allowed':
    'The address is right and the method is not. The header Allow, or the API reference, says which methods there are.',
  'too-large': 'A body may have 64 KiB. Nothing was read beyond that, and nothing was done.',
  'unsupported-media': 'The API takes JSON: send Content-Type: application/json. Nothing was done.',
  'rate-limited':
    'More requests came than your limit allows, replays included. Wait as long as Retry-After says, then send the same request with the same key.',
  'payment-declined':
    'The bank said no. Nothing was charged. The same key gets this answer for good; another card needs a new key.',
  'refund-declined':
    'The bank refused to give the money back, and will not. The amount can be refunded again under a new key.',
  'not-refundable':
    'A refund gives back at most what was captured and is not refunded yet, of a payment that succeeded. The answer says how much that is. Nothing was done.',
  'already-paid':
    'The order was paid under another key. You were not charged again. The answer links to the receipt.',
  'order-changed':
    'The order is not the one that the shopper saw any more. Nothing was charged. Show the new total, then pay.',
  'in-progress':
    'The first request with this key is still being worked on. Wait as long as Retry-After says, then send the same request again.',
  'outcome-unknown':
    'The bank did not answer, so we do not know whether it charged. We are asking it; we never charge again to find out.',
  'answer-expired':
    'This key did its work long ago, and the stored answer is gone. The effect stays, and a repeat does nothing.',
  'key-reused':
    'This key belongs to a request with another payload. The answer names the fields that differ, never their values.',
  'not-charged': 'We asked the bank, and it did not charge. You may try again with a new key.',
  internal: 'Our fault. It failed before anything took effect, so the same key may be sent again.',
  'record-damaged':
    'The stored answer cannot be read. Nothing is executed, and we were alerted. Please contact us before paying again.',
  unavailable:
    'Our database cannot be reached, so the bank was not called and nothing was charged. Send the same request again.',
}

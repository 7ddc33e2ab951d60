import type { Because } from '@/idempotency/client/attempt'

export interface Words {
  title: string
  body: string
  /** The page itself is what is wrong: it has to be loaded anew, and keeps its key. */
  reload?: true
}

const DECLINED: Words = { title: 'Your bank declined this card', body: 'Nothing was charged. Try another card, or ask your bank why.' }

const DECLINES = new Map<string, Words>(
  Object.entries({
    insufficient_funds: { title: 'There is not enough money on this card', body: 'Your bank said so. Nothing was charged. Try another card.' },
    expired_card: { title: 'This card has expired', body: 'Nothing was charged. Try another card.' },
  }),
)

const ENDS = new Map<string, Words>(
  Object.entries({
    'not-charged': { title: 'The payment did not go through', body: 'The bank told us that nothing was charged. You can try again.' },
    'order-changed': { title: 'Your basket changed', body: 'Nothing was charged. Look at the new total, then press Pay.' },
    offline: { title: 'You are offline. Nothing has been sent.', body: 'Press Pay again once you are connected: it does not go out by itself.' },
    'not-received': { title: 'Your payment did not reach us', body: 'Nothing was charged. Press Pay to send it again.' },
    'other-ended': {
      title: 'The other payment did not go through',
      body: 'It was begun in another window, and nothing was charged. You can pay here.',
    },
    unavailable: { title: 'We cannot reach our payment system', body: 'Nothing was charged. Press Pay again in a moment.' },
    validation: { title: 'This page is out of date', body: 'Nothing was charged. Reload it, then press Pay again.', reload: true },
    'no-card': { title: 'Choose a test card', body: 'Nothing was charged. Choose one below, then press Pay.' },
    'card-number': { title: 'A card number must not be sent', body: 'It was refused and is kept nowhere. Nothing was charged. Use a test card.' },
  }),
)

/** Why the last attempt ended, in a shopper's words. "Nothing was charged" stands only where the server said so, or nothing was sent. */
export function wordsFor(because: Because): Words {
  if (because.kind === 'payment-declined') return DECLINES.get('declineCode' in because ? String(because.declineCode) : '') ?? DECLINED
  return ENDS.get(because.kind) ?? { title: 'This payment could not be taken', body: 'Nothing was charged. Press Pay to try again.' }
}

/** Whether a reason has words of its own, whoever names it. */
export function hasWords(kind: string): boolean {
  return ENDS.has(kind)
}

/** What is said while a payment is under way, from 0, 4 and 10 seconds on. Changed only at these stages, so that it is read out three times at most. */
export const STAGES = [
  { fromMs: 0, says: 'Sending your payment…' },
  { fromMs: 4_000, says: 'Your bank is taking a little longer.' },
  { fromMs: 10_000, says: 'Still working. Please keep this page open; you will not be charged twice.' },
  { fromMs: 30_000, says: 'We are checking your payment.' },
] as const

import Stripe from 'stripe'
import { z } from 'zod'
import type { InboxAccount } from './account'

/** Age of a signature, in s, beyond which it is refused, in the past and in the future. 300: Stripe's own default. */
const TOLERANCE_S = 300
/** Characters of a signature header. 2,000: more than twenty signatures. */
const HEADER_MAX = 2_000

/** What every event of Stripe has. `data.object` is looked into later, as far as its type is one of ours. */
export const stripeEvent = z.object({
  id: z.string().regex(/^evt_[A-Za-z0-9_]{1,250}$/),
  object: z.literal('event'),
  type: z.string().min(1).max(100),
  account: z.string().max(255).nullish(),
  api_version: z.string().max(100).nullish(),
  /** In whole seconds since 1970; until the year 2999. */
  created: z.int().min(0).max(32_503_679_999),
  livemode: z.boolean(),
  data: z.object({ object: z.record(z.string(), z.unknown()) }),
})
/** An event as Stripe sends it, its form checked and nothing of it believed. */
export type StripeEvent = z.infer<typeof stripeEvent>

/** `foreign`: well signed, and of another mode or account: somebody has mixed up two installations. */
export type Verified =
  | { kind: 'event'; event: StripeEvent }
  | { kind: 'refused'; reason: string }
  | { kind: 'foreign'; reason: string }

/**
 * Checks a request by its bytes and its header `Stripe-Signature`: signed with one of the account's secrets, within 5 minutes of now, and an
 * event of this account and mode. Never throws: Stripe's client throws what it likes for a malformed header.
 * @param now in ms since 1970
 */
export function verifyEvent(
  account: Pick<InboxAccount, 'secrets' | 'mode' | 'stripeId'>,
  { body, header }: { body: Buffer; header: string | undefined },
  now: number,
): Verified {
  const refusal = refusalOfHeader(header, now)
  if (refusal !== null) return { kind: 'refused', reason: refusal }
  for (const secret of account.secrets) {
    const payload = signedPayload(body, header as string, secret, now)
    if (payload) return checked(account, payload.value)
  }
  return { kind: 'refused', reason: 'The signature does not match.' }
}

/**
 * What can be refused before the body is read. Null: nothing. Stripe's client takes any time in the future, and of two times the last.
 */
export function refusalOfHeader(header: string | undefined, now: number): string | null {
  if (!header) return 'Send the header Stripe-Signature.'
  if (header.length > HEADER_MAX || !/^[\x20-\x7e]+$/.test(header)) return 'Stripe-Signature is malformed.'
  const parts = header.split(',').map((part) => part.trim())
  const times = parts.filter((part) => part.startsWith('t='))
  const [time = ''] = times
  if (times.length !== 1 || !/^t=\d{1,11}$/.test(time)) return 'Stripe-Signature needs one t.'
  if (!parts.some((part) => /^v1=[0-9a-f]{64}$/.test(part))) return 'Stripe-Signature needs a v1.'
  return Math.abs(Math.floor(now / 1_000) - Number(time.slice(2))) > TOLERANCE_S
    ? 'The signature is more than 5 minutes away from our clock.'
    : null
}

function signedPayload(body: Buffer, header: string, secret: string, now: number): { value: unknown } | null {
  try {
    Stripe.webhooks.signature?.verifyHeader(body, header, secret, TOLERANCE_S, undefined as never, now)
  } catch {
    return null
  }
  try {
    return { value: JSON.parse(body.toString('utf8')) }
  } catch {
    return { value: undefined }
  }
}

function checked({ mode, stripeId }: Pick<InboxAccount, 'mode' | 'stripeId'>, payload: unknown): Verified {
  const parsed = stripeEvent.safeParse(payload)
  if (!parsed.success)
    return { kind: 'refused', reason: 'The body is no snapshot event of Stripe’s API version 1.' }
  const { data: event } = parsed
  if (event.livemode !== (mode === 'live'))
    return { kind: 'foreign', reason: `The event is not of the ${mode} mode.` }
  // Only events of connected accounts name theirs.
  if (event.account && event.account !== stripeId)
    return { kind: 'foreign', reason: 'The event is of another account.' }
  return { kind: 'event', event }
}

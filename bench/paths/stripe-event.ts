import { createHmac, randomBytes } from 'node:crypto'

/** The signing secret of the bench's endpoint for Stripe's events. */
export const EVENT_SECRET = 'whsec_only_for_the_benchmark'

/** An event of the size that Stripe's have (3 kB), and its signature of this moment. */
export function newStripeEvent(): { body: object; header: string } {
  const body = {
    id: `evt_${randomBytes(12).toString('hex')}`,
    object: 'event',
    api_version: '2026-10-28.endive',
    type: 'payment_intent.succeeded',
    created: Math.floor(Date.now() / 1_000),
    livemode: false,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    data: {
      object: {
        id: `pi_${randomBytes(12).toString('hex')}`,
        object: 'payment_intent',
        amount: 2400,
        currency: 'eur',
        status: 'succeeded',
        latest_charge: `ch_${randomBytes(12).toString('hex')}`,
        metadata: { payonce_key: '018f0000-0000-7000-8000-000000000000' },
        rest: Object.fromEntries(Array.from({ length: 80 }, (_, n) => [`a_field_of_stripe_${n}`, null])),
      },
    },
  }
  const time = Math.floor(Date.now() / 1_000)
  const signature = createHmac('sha256', EVENT_SECRET)
    .update(`${time}.${JSON.stringify(body)}`)
    .digest('hex')
  return { body, header: `t=${time},v1=${signature}` }
}

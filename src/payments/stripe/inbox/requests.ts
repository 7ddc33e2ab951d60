import type Stripe from 'stripe'
import { type Call, type Deadline, doubt, type StripeCalls } from '../calls'
import { refusal, retrieveIntent } from '../requests'

/** The objects that events are about, as Stripe has them now. Those of one batch of events are asked for once each. */
export class Objects {
  private readonly asked = new Map<string, Promise<Call<unknown>>>()

  constructor(
    private readonly calls: StripeCalls,
    private readonly deadline: Deadline,
  ) {}

  intent(id: string): Promise<Call<Stripe.PaymentIntent>> {
    return this.once(id, () => retrieveIntent(this.calls, this.deadline, id))
  }

  charge(id: string): Promise<Call<Stripe.Charge>> {
    return this.once(id, () =>
      this.calls.ask(
        {
          endpoint: 'charge',
          isAnswer: (charge) => charge.object === 'charge' && charge.id === id,
          send: (stripe, options) => stripe.charges.retrieve(id, {}, options),
        },
        this.deadline,
      ),
    )
  }

  refund(id: string): Promise<Call<Stripe.Refund>> {
    return this.once(id, () =>
      this.calls.ask(
        {
          endpoint: 'refund-read',
          isAnswer: (refund) => refund.object === 'refund' && refund.id === id,
          send: (stripe, options) => stripe.refunds.retrieve(id, {}, options),
        },
        this.deadline,
      ),
    )
  }

  private once<T>(id: string, ask: () => Promise<Call<T>>): Promise<Call<T>> {
    const known = this.asked.get(id) ?? ask()
    this.asked.set(id, known)
    return known as Promise<Call<T>>
  }
}

/** A page of events that Stripe could not deliver, newest first. */
export async function undelivered(
  calls: StripeCalls,
  deadline: Deadline,
  { since, after, limit }: { since: Date; after: string | null; limit: number },
): Promise<Call<Stripe.ApiList<Stripe.Event>>> {
  return calls.ask<Stripe.ApiList<Stripe.Event>>(
    {
      endpoint: 'events',
      isAnswer: ({ object, data }) => object === 'list' && Array.isArray(data),
      send: (stripe, options) =>
        stripe.events.list(
          {
            delivery_success: false,
            created: { gte: Math.floor(since.getTime() / 1_000) },
            limit,
            ...(after ? { starting_after: after } : {}),
          },
          options,
        ),
    },
    deadline,
  )
}

/** Why a request has no answer, in words that hold nothing of what was sent. */
export function whyNot(call: Exclude<Call<unknown>, { kind: 'answered' }>): string {
  return (call.kind === 'unknown' ? call : doubt(refusal(call))).reason
}

import type { Finish, Refusal } from '@/idempotency/core/operation'
import type { MemoryForm, MemoryWrite } from '@/idempotency/stores/memory'
import type { ModelEffect } from './bank'

export interface OrderInput {
  order: string
  amount: number
}

export interface ModelPayment extends OrderInput {
  subject: string
  status: 'live' | 'done' | 'refused'
}

/** The orders of the simulation. An order has at most one live payment, as the unique index of the real tables demands. */
export class ModelShop {
  readonly payments = new Map<string, ModelPayment>()

  constructor(private readonly now: () => number) {}

  begin({ order, amount }: OrderInput, subject: string): MemoryWrite {
    return {
      name: 'begin',
      rows: 1,
      check: () => (this.holderOf(order) ? 0 : 1),
      apply: () => {
        const payment: ModelPayment = { subject, order, amount, status: 'live' }
        this.payments.set(subject, payment)
        return payment
      },
    }
  }

  whyRefused({ order }: OrderInput): Refusal {
    const holder = this.holderOf(order)
    if (holder?.status !== 'done') return { kind: 'busy' }
    return {
      kind: 'answer',
      answer: { status: 409, problem: 'already-paid', body: JSON.stringify({ subject: holder.subject }) },
    }
  }

  /** The answer holds the time, as a real one does, so that two answers made at different times differ. */
  finish({ subject, amount }: ModelPayment, effect: ModelEffect): Finish<MemoryForm> {
    if (effect.kind === 'doubt') return { to: 'unknown', answer: null, writes: [], retryInMs: 5_000 }
    const body = JSON.stringify({ did: effect.kind, subject, amount, at: this.now() })
    const answer =
      effect.kind === 'done'
        ? { status: 200, problem: null, body }
        : { status: 402, problem: 'payment-declined' as const, body }
    return { to: 'completed', answer, writes: [this.settle(subject, effect.kind)] }
  }

  private settle(subject: string, status: 'done' | 'refused'): MemoryWrite {
    const payment = () => this.payments.get(subject)
    return {
      name: status,
      rows: 1,
      check: () => (payment()?.status === 'live' ? 1 : 0),
      apply: () => Object.assign(payment() ?? {}, { status }),
    }
  }

  private holderOf(order: string): ModelPayment | undefined {
    return [...this.payments.values()].find(
      (payment) => payment.order === order && payment.status !== 'refused',
    )
  }
}

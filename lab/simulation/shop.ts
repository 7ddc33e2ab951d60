import type { Finish, Refusal } from '@payonce/idempotency'
import type { MemoryForm, MemoryWrite } from '@payonce/idempotency/memory'
import type { ModelEffect } from './bank'

export interface OrderInput {
  order: string
  amount: number
}

export interface ModelPayment extends OrderInput {
  subject: string
  /** Id of the record, and so the client's key. */
  record: string
  status: 'live' | 'done' | 'refused'
}

/** More than is stored of an answer (O5). Amounts other than 1 get it. */
const LARGE = 'x'.repeat(1_048_577)

/** The orders of the simulation. An order has at most one live payment, as the unique index of the real tables demands. */
export class ModelShop {
  readonly payments = new Map<string, ModelPayment>()
  /** Every payment that was ever begun, also those that the database has forgotten: its record, by its subject. */
  readonly recordOf = new Map<string, string>()

  constructor(private readonly now: () => number) {}

  begin(
    { order, amount }: OrderInput,
    { subject, record }: { subject: string; record: string },
  ): MemoryWrite {
    return {
      name: 'begin',
      rows: 1,
      check: () => (this.holderOf(order) ? 0 : 1),
      apply: () => {
        const payment: ModelPayment = { subject, record, order, amount, status: 'live' }
        this.payments.set(subject, payment)
        this.recordOf.set(subject, record)
        return payment
      },
    }
  }

  whyRefused({ order }: OrderInput): Refusal {
    const holder = this.holderOf(order)
    if (holder?.status !== 'done') return { kind: 'busy' }
    const facts = { subject: holder.subject }
    return { kind: 'problem', problem: { kind: 'already-paid', detail: 'The order is paid.', facts } }
  }

  /** The answer holds the time, as a real one does, so that two answers made at different times differ. */
  finish({ subject, amount }: ModelPayment, effect: ModelEffect): Finish<MemoryForm> {
    if (effect.kind === 'doubt') return { to: 'unknown', answer: null, writes: [], retryInMs: 5_000 }
    const told = JSON.stringify({ did: effect.kind, subject, amount, at: this.now() })
    const body = amount === 1 ? told : `${told.slice(0, -1)},"more":"${LARGE}"}`
    const answer =
      effect.kind === 'done'
        ? { status: 200, problem: null, body }
        : { status: 402, problem: 'payment-declined' as const, body }
    return { to: 'completed', answer, writes: [this.settle(subject, effect.kind)] }
  }

  /** A copy of the payments, for `restore`. */
  copy(): ModelPayment[] {
    return [...this.payments.values()].map((payment) => ({ ...payment }))
  }

  restore(payments: readonly ModelPayment[]): void {
    this.payments.clear()
    for (const payment of payments) this.payments.set(payment.subject, { ...payment })
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

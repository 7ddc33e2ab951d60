import type { Probe } from '../measure'

/** One payment to make: its key, and the order that it pays. */
export interface BenchPayment {
  key: string
  orderId: string
}

/** A way to make a payment, and to ask for it again with the same key. */
export interface Path {
  name: string
  probe: Probe
  /** Null: this path only answers. */
  fresh: ((payment: BenchPayment) => Promise<unknown>) | null
  replay(payment: BenchPayment): Promise<unknown>
}

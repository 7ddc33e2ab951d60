import type { BenchPayment } from '../paths/path'
import type { Stage } from '../stage'

/** A way to make a payment once, which others made. */
export interface Peer {
  name: string
  /** After a death behind the charge: what ends the payment that was refused meanwhile. */
  ends: string
  /** Starts what one process of it has: connections, and whatever it keeps in memory. */
  start(work: Work): Promise<Running>
}

/** What a peer is to do once for each key. */
export interface Work {
  stage: Stage
  merchantId: string
  charge: Charge
  /** Names its connections to the database, so that they can be broken as those of a process that died. */
  name: string
}

/** Asks the bank for the payment's €24.00; the bank knows no keys. @returns its name for the charge */
export type Charge = () => Promise<string>

export interface Running {
  /** @returns the text of the answer. Throws when the peer refuses or fails */
  pay(payment: BenchPayment): Promise<string>
  stop(): Promise<void>
}

/** The answer to a payment that succeeded, as text. */
export const answerOf = (id: string): string => JSON.stringify({ id, status: 'succeeded', amount: 2400 })

import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { Db } from '@/platform/db'
import type { BenchPayment } from '../paths/path'

/** A bank that knows no keys: each call is a charge. */
export interface CountingBank {
  /** @returns its name for the charge */
  charge(orderId: string): Promise<string>
  charges(): number
}

/** @param hangs takes the money and never answers, as for a caller that dies meanwhile */
export function countingBank({
  delayMs = 0,
  hangs,
}: {
  delayMs?: number
  hangs?: () => boolean
} = {}): CountingBank {
  let charges = 0
  return {
    charge: async (orderId) => {
      charges += 1
      const ref = `ch_${orderId}_${charges}`
      if (hangs?.()) return new Promise(() => undefined)
      if (delayMs > 0) await sleep(delayMs)
      return ref
    },
    charges: () => charges,
  }
}

/** What a process of a peer has: its connections, and the bank. */
export interface PeerProcess {
  db: Db
  batchPool: pg.Pool
  bank: CountingBank
  merchantId: string
  /** Ended after the peer's last payment. */
  onClose(end: () => Promise<void>): void
}

export type Pay = (payment: BenchPayment) => Promise<unknown>

/** A way to pay once for a key. What outlives a process, as a cache server does, belongs to the peer itself. */
export interface Peer {
  name: string
  open(process: PeerProcess): Promise<Pay>
}

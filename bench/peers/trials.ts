import { setTimeout as sleep } from 'node:timers/promises'
import { BATCH_SETTINGS } from '@/idempotency/stores/open-store'
import { openDb, openPool } from '@/platform/db'
import { makePayments } from '../orders'
import type { Stage } from '../stage'
import { type CountingBank, countingBank, type Pay, type Peer } from './peer'

/** What a peer does when it matters. */
export interface PeerTrial {
  peer: string
  /** Of `KEYS` keys, each asked for by `CALLERS` callers at once. */
  storm: { charges: number; failed: number; keys: number; calls: number }
  /** The first call took the money and died; the same key again. */
  death: { charges: number; afterwards: string }
}

const KEYS = 5
const CALLERS = 100
const BANK_MS = 20
const PATIENCE_MS = 5_000

export async function tryPeer(stage: Stage, peer: Peer, merchantId: string): Promise<PeerTrial> {
  return {
    peer: peer.name,
    storm: await stormOn(stage, peer, merchantId),
    death: await deathAfterCharge(stage, peer, merchantId),
  }
}

async function stormOn(stage: Stage, peer: Peer, merchantId: string): Promise<PeerTrial['storm']> {
  const bank = countingBank({ delayMs: BANK_MS })
  const { pay, close } = await openPeer(stage, peer, { merchantId, bank, name: 'bench-peer' })
  let failed = 0
  for (const payment of await makePayments(stage.owner, merchantId, KEYS)) {
    const calls = Array.from({ length: CALLERS }, () => pay(payment))
    failed += (await Promise.allSettled(calls)).filter(({ status }) => status === 'rejected').length
  }
  await close()
  return { charges: bank.charges(), failed, keys: KEYS, calls: KEYS * CALLERS }
}

async function deathAfterCharge(stage: Stage, peer: Peer, merchantId: string): Promise<PeerTrial['death']> {
  let dying = true
  const bank = countingBank({ hangs: () => dying })
  const first = await openPeer(stage, peer, { merchantId, bank, name: 'bench-died' })
  const [payment] = await makePayments(stage.owner, merchantId, 1)
  if (!payment) throw new Error('no order was made')
  // Never answered: its process is gone.
  first.pay(payment).catch(() => undefined)
  while (bank.charges() === 0) await sleep(10)
  dying = false
  // As the sockets of a dead process are closed.
  await stage.owner.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'bench-died'`,
  )
  const second = await openPeer(stage, peer, { merchantId, bank, name: 'bench-peer' })
  const late = sleep(PATIENCE_MS).then(() => `no answer within ${PATIENCE_MS / 1000} s`)
  const answered = second.pay(payment).then(
    () => 'answered',
    (error: unknown) => `refused (${firstLine(error)})`,
  )
  const afterwards = await Promise.race([answered, late])
  await Promise.all([first.close(), second.close()])
  return { charges: bank.charges(), afterwards }
}

/** A process of the peer: connections of its own, and what the peer keeps in memory. */
export async function openPeer(
  { owner, onClose }: Stage,
  peer: Peer,
  { merchantId, bank, name }: { merchantId: string; bank: CountingBank; name: string },
): Promise<{ pay: Pay; close: () => Promise<void> }> {
  const url = owner.options.connectionString ?? ''
  const pool = openPool(url, { max: 10, name })
  const batchPool = openPool(url, { max: 4, name, settings: BATCH_SETTINGS })
  const db = openDb(pool)
  const ends: (() => Promise<void>)[] = []
  const pay = await peer.open({ db, batchPool, bank, merchantId, onClose: (end) => void ends.push(end) })
  onClose(async () => {
    await db.$disconnect()
    await Promise.all([pool.end(), batchPool.end()])
  })
  return { pay, close: async () => void (await Promise.all(ends.map((end) => end()))) }
}

function firstLine(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string }
  return code ?? message?.trim().split('\n').at(-1) ?? 'no reason given'
}

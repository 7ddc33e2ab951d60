import { reasonOf } from '@/setup/process/console'
import { makeMerchant, makePayments } from '../orders'
import type { BenchPayment, Path } from '../paths/path'
import { type Figure, inTurn, paymentsOf } from '../rounds'
import type { Stage } from '../stage'
import { storm } from '../trials/storm'
import { countingBank } from './bank'
import { expressIdempotency } from './express-idempotency'
import { installPeers } from './install'
import { naivePeers } from './naive'
import { nodeIdempotency } from './node-idempotency'
import { payonce } from './payonce'
import type { Charge, Peer, Running } from './peer'
import { powertools } from './powertools'
import { type Redis, startRedis } from './redis'

const CALLERS = 16
const CROWD = 100
const STORMS = 5
/** In which the second call after a death must have answered. */
const ANSWER_MS = 5_000

/** What one peer did. */
export interface PeerResult {
  peer: string
  fresh: Figure
  replay: Figure
  /** Each a hundred calls at once with one key, while the bank takes 20 ms. */
  storms: { charges: number; failures: number; answers: number }[]
  died: { charges: number; result: string }
}

export interface Comparison {
  results: PeerResult[]
  /** The peers that could not run here, each with the reason. */
  skipped: string[]
}

/** All peers in turn beside Payonce, with 16 callers; then the storms, and the death of a process that has charged. */
export async function comparePeers(
  stage: Stage,
  plan: { payments: number; rounds: number },
): Promise<Comparison> {
  const redis = await startRedis()
  if (redis) stage.onClose(redis.stop)
  const peers = await openPeers(redis)
  const merchantId = await makeMerchant(stage.owner)
  const start = (peer: Peer, charge: Charge, name = 'bench-peer') =>
    peer.start({ stage, merchantId, charge, name })
  const figures = await figuresOf(stage, merchantId, peers, plan, start)
  const results: PeerResult[] = []
  for (const peer of peers) {
    const [fresh, replay] = (['fresh', 'replay'] as const).map((what) =>
      figures.find((one) => one.path === peer.name && one.what === what),
    )
    if (!fresh || !replay) throw new Error(`${peer.name} was not measured`)
    const payments = await makePayments(stage.owner, merchantId, STORMS + 2)
    const died = await death(stage, peer, payments.splice(0, 1), start)
    results.push({ peer: peer.name, fresh, replay, storms: await storms(peer, payments, start), died })
  }
  const skipped = redis ? [] : ['@aws-lambda-powertools/idempotency: redis-server is not on this machine']
  return { results, skipped }
}

async function openPeers(redis: Redis | null): Promise<Peer[]> {
  const load = await installPeers()
  const onRedis = redis ? [powertools(load, redis)] : []
  return [...naivePeers, nodeIdempotency(load, redis), ...onRedis, expressIdempotency(load), payonce]
}

type Start = (peer: Peer, charge: Charge, name?: string) => Promise<Running>

async function figuresOf(
  stage: Stage,
  merchantId: string,
  peers: readonly Peer[],
  { payments, rounds }: { payments: number; rounds: number },
  start: Start,
): Promise<Figure[]> {
  const plan = { payments, rounds, callers: [CALLERS] }
  const running: Running[] = []
  try {
    const paths: Path[] = []
    for (const peer of peers) {
      const one = await start(peer, countingBank().atOnce)
      running.push(one)
      paths.push({ name: peer.name, probe: stage.here, fresh: one.pay, replay: one.pay })
    }
    const jobs = await makePayments(stage.owner, merchantId, paths.length * paymentsOf(plan))
    return await inTurn(paths, plan, stage, (count) => jobs.splice(0, count))
  } finally {
    for (const one of running) await one.stop()
  }
}

async function storms(peer: Peer, [first, ...payments]: BenchPayment[], start: Start) {
  const bank = countingBank()
  const running = await start(peer, bank.slow)
  try {
    // Connections are open before the first storm, as in a process at work.
    if (first) await running.pay(first)
    const came = []
    for (const payment of payments.slice(0, STORMS)) {
      const { charges, errors, answers } = await storm(peer.name, CROWD, payment, running.pay, bank.charges)
      came.push({ charges, failures: errors, answers })
    }
    return came
  } finally {
    await running.stop()
  }
}

/**
 * The first call hangs once the bank has charged, and its connections to the database break, as when its process dies. The same call comes
 * again in another process: the same stores, and nothing of the first one's memory.
 */
async function death({ owner }: Stage, peer: Peer, [payment]: BenchPayment[], start: Start) {
  if (!payment) throw new Error('too few orders were made')
  const bank = countingBank()
  const name = 'bench-peer-dies'
  const first = await start(peer, bank.silent, name)
  first.pay(payment).catch(() => undefined)
  while (bank.charges() === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  await owner.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [
    name,
  ])
  const second = await start(peer, bank.atOnce)
  const answer = await Promise.race([
    second.pay(payment).then(
      () => 'answered',
      (error) => `refused (${firstLine(reasonOf(error))})`,
    ),
    new Promise<string>((resolve) => setTimeout(resolve, ANSWER_MS, 'no answer in 5 s')),
  ])
  await second.stop()
  // Not waited for: its call never ends.
  first.stop().catch(() => undefined)
  const charges = bank.charges()
  const result = charges > 1 ? 'charged twice' : `${answer}; ended by: ${peer.ends}`
  return { charges, result }
}

const firstLine = (text: string) => text.trim().split(/\n|\. /, 1)[0] ?? ''

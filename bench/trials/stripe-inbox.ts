import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { typescriptArgs } from '@/setup/process/fork-typescript'
import { measure } from '../measure'
import { makeMerchant, makePayments } from '../orders'
import { type MeasuredServer, restPath, startServer } from '../paths/http'
import { newStripeEvent } from '../paths/stripe-event'
import { median } from '../rounds'
import { newToken, openStage, type Stage } from '../stage'
import type { BurstResult } from './event-burst'

/**
 * What an event of Stripe costs until it is answered, and what a burst of them does to payments:
 *
 *     node --import tsx bench/trials/stripe-inbox.ts
 */
const EVENTS = 10_000
const CALLERS = 64
/** Payments a second, and for how long: 50 is a large shop's hour of most, and leaves processor to be measured. */
const PAID_PER_SECOND = 50
const PAY_SECONDS = 30
/** The last payments may end later than they are due. */
const SPARE_SECONDS = 5
const ROUNDS = 3
/** What Stripe's API takes for a charge, at the least: events of Stripe come only to who charges there. */
const BANK_MS = 250
/** Events a second beside payments. */
const BURST = 1_500
/** From the first event of a new server on. */
const COLD_SECONDS = 3

async function main(): Promise<void> {
  const stage = await openStage({ durable: true })
  try {
    const server = await startServer('server', stage)
    // Of a server that nobody has asked for anything yet.
    const cold = await burstAt(server.port, COLD_SECONDS)
    await pause(COLD_SECONDS * 1_000)
    console.log(`first events of a new server: ${textOf(await cold.stop())}`)
    await server.connect(CALLERS)
    const probe = { ...stage.here, cpuUs: server.cpuUs, settle: server.settle }
    const send = ({ body, header }: ReturnType<typeof newStripeEvent>) =>
      server.post('/api/webhooks/stripe/main', { 'stripe-signature': header }, body)
    const load = (count: number) => ({
      path: 'events of Stripe',
      what: 'fresh' as const,
      jobs: Array.from({ length: count }, newStripeEvent),
      callers: CALLERS,
    })
    await measure(load(2_000), send, probe)
    const rounds = []
    for (let round = 0; round < ROUNDS; round++) rounds.push(await measure(load(EVENTS), send, probe))
    console.table(rounds)

    await besideEvents(stage, server, 'a bank that answers at once')
    await server.close()
    const usual = await startServer('server', stage, BANK_MS)
    await besideEvents(stage, usual, `a bank that answers in ${BANK_MS} ms`)
  } finally {
    await stage.close()
  }
}

/** Payments at a fixed rate through that server, alone and beside a burst of events, in turn. */
async function besideEvents(stage: Stage, server: MeasuredServer, bank: string): Promise<void> {
  const merchantId = await makeMerchant(stage.owner)
  const path = restPath('REST', server, stage, await newToken(stage.db, merchantId))
  const pay = async (): Promise<number[]> => {
    const jobs = await makePayments(stage.owner, merchantId, PAID_PER_SECOND * PAY_SECONDS)
    // Meanwhile the server may have closed what was idle.
    await server.connect(CALLERS)
    return atRate(jobs, PAID_PER_SECOND, path.fresh as never)
  }
  const ratios: number[] = []
  // What a new server costs is measured apart: here both paths have been walked before the first round.
  const warming = await burstAt(server.port, PAY_SECONDS + SPARE_SECONDS)
  await pay()
  await warming.stop()
  for (let round = 0; round < ROUNDS; round++) {
    const alone = await pay()
    const burst = await burstAt(server.port, PAY_SECONDS + SPARE_SECONDS)
    const beside = await pay()
    const sent = await burst.stop()
    ratios.push(at(beside, 0.99) / at(alone, 0.99))
    console.log(
      `${PAID_PER_SECOND} payments/s at ${bank}: ${latenciesOf(alone)} alone, ${latenciesOf(beside)} beside ${textOf(sent)}`,
    )
  }
  console.log(`${bank}: p99 beside ÷ alone, median of ${ROUNDS}: ${median(ratios).toFixed(2)}`)
}

/** Begins the jobs at a fixed rate, however long they take. @returns their latencies in ms, from when each was due, in order of length */
async function atRate<Job>(jobs: Job[], perSecond: number, operation: (job: Job) => Promise<unknown>) {
  const began = performance.now()
  const latencies = await Promise.all(
    jobs.map(async (job, nth) => {
      const due = began + (nth * 1_000) / perSecond
      await pause(due - performance.now())
      await operation(job)
      return performance.now() - due
    }),
  )
  return latencies.sort((a, b) => a - b)
}

const at = (sorted: number[], share: number) => sorted[Math.floor(sorted.length * share)] ?? 0

const latenciesOf = (sorted: number[]) =>
  `p50 ${at(sorted, 0.5).toFixed(1)} ms, p99 ${at(sorted, 0.99).toFixed(1)} ms`

function textOf({ perSecond, p50Ms, p99Ms, refused }: BurstResult): string {
  return `${perSecond.toFixed(0)} events/s (p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms), ${refused} refused`
}

/** Sends events at a fixed rate, from another process, until it is stopped. @param seconds for how long it has events */
async function burstAt(port: number, seconds: number) {
  const child = fork(new URL('./event-burst.ts', import.meta.url), [port, BURST, seconds].map(String), {
    execArgv: typescriptArgs,
  })
  await once(child, 'message')
  return {
    stop: async (): Promise<BurstResult> => {
      const result = once(child, 'message')
      child.send('stop')
      return (await result)[0]
    },
  }
}

await main()

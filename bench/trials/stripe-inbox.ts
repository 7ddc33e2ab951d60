import { measure } from '../measure'
import { makeMerchant, makePayments } from '../orders'
import { restPath, startServer } from '../paths/http'
import { newStripeEvent } from '../paths/stripe-event'
import { median } from '../rounds'
import { newToken, openStage } from '../stage'

/**
 * What an event of Stripe costs until it is answered, and what a burst of them does to payments:
 *
 *     node --import tsx bench/trials/stripe-inbox.ts
 */
const EVENTS = 10_000
const CALLERS = 64
const PAYMENTS = 1_500
const ROUNDS = 3
/** Events a second beside payments. */
const BURST = 1_500

async function main(): Promise<void> {
  const stage = await openStage({ durable: true })
  try {
    const server = await startServer('server', stage)
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

    const merchantId = await makeMerchant(stage.owner)
    const path = restPath('REST', server, stage, await newToken(stage.db, merchantId))
    const pay = async () => {
      const jobs = await makePayments(stage.owner, merchantId, PAYMENTS)
      // Meanwhile the server may have closed what was idle.
      await server.connect(CALLERS)
      return measure({ path: 'REST', what: 'fresh', jobs, callers: 8 }, path.fresh as never, probe)
    }
    const ratios: number[] = []
    await pay()
    for (let round = 0; round < ROUNDS; round++) {
      const alone = await pay()
      const burst = burstOf(send)
      const beside = await pay()
      const sent = await burst.stop()
      ratios.push(beside.p99Ms / alone.p99Ms)
      console.log(
        `payments' p99: ${alone.p99Ms.toFixed(1)} ms alone, ${beside.p99Ms.toFixed(1)} ms beside ${sent.perSecond.toFixed(0)} events/s, ${sent.refused} answered 503`,
      )
    }
    console.log(`ratio, median of ${ROUNDS}: ${median(ratios).toFixed(2)}`)
  } finally {
    await stage.close()
  }
}

/** Sends events at a fixed rate until it is stopped. */
function burstOf(send: (event: ReturnType<typeof newStripeEvent>) => Promise<unknown>) {
  const began = performance.now()
  const running = new Set<Promise<unknown>>()
  let sent = 0
  // 503: Stripe would send them again.
  let refused = 0
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - began) / 1_000) * BURST)
    for (; sent < due; sent++) {
      const one: Promise<unknown> = send(newStripeEvent())
        .catch(() => {
          refused += 1
        })
        .finally(() => running.delete(one))
      running.add(one)
    }
  }, 10)
  return {
    stop: async () => {
      clearInterval(timer)
      await Promise.all(running)
      return { refused, perSecond: sent / ((performance.now() - began) / 1_000) }
    },
  }
}

await main()

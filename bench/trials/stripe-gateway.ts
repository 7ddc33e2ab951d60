import { fork } from 'node:child_process'
import { once } from 'node:events'
import { uuidv7 } from '@/lib/id'
import type { Gateway } from '@/payments/gateway'
import { SimulatedBank } from '@/payments/simulator/bank'
import { simulatorGateway } from '@/payments/simulator/gateway'
import { StripeCalls } from '@/payments/stripe/calls'
import { stripeGateway } from '@/payments/stripe/gateway'
import { intentStore } from '@/payments/stripe/intents'
import { openPool } from '@/platform/db'
import { typescriptArgs } from '@/setup/process/fork-typescript'
import { measure } from '../measure'
import { median } from '../rounds'
import { openStage, type Stage } from '../stage'

/**
 * What a charge costs our process at Stripe, beside the simulated bank in the same process. Stripe's double runs in a process of its own:
 *
 *     node --import tsx bench/trials/stripe-gateway.ts
 */
const CHARGES = 200
const CALLERS = 8
const ROUNDS = 15
/** V8 compiles what is hot step by step: a process that has charged for a minute is measured, not one that has just begun. */
const WARM_UP = 2_000
const TIMEOUT_MS = 30_000

async function main(): Promise<void> {
  const stage = await openStage({ durable: true })
  const double = fork(new URL('../../lab/stripe-double/main.ts', import.meta.url), [], {
    execArgv: typescriptArgs,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  try {
    const [{ url }] = (await once(double, 'message')) as [{ url: string }]
    const bankPool = openPool(stage.logins.bank, { max: 10, name: 'bench-bank' })
    stage.onClose(() => bankPool.end())
    const simulator = simulatorGateway({ bank: new SimulatedBank(bankPool), timeoutMs: TIMEOUT_MS })
    const stripe = atStripe(stage, new URL(url))
    for (const gateway of [simulator, stripe]) await cpuOf(stage, gateway, WARM_UP)
    const added: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const [own, there] = [await cpuOf(stage, simulator), await cpuOf(stage, stripe)]
      added.push(there - own)
      console.log(`CPU of a charge: ${own.toFixed(0)} µs on the simulator, ${there.toFixed(0)} µs at Stripe`)
    }
    console.log(
      `added: ${median(added).toFixed(0)} µs (median of ${ROUNDS} rounds; least ${Math.min(...added).toFixed(0)} µs)`,
    )
  } finally {
    double.kill()
    await stage.close()
  }
}

function atStripe({ db }: Stage, { hostname: host, port }: URL): Gateway {
  const address = { host, port: Number(port), protocol: 'http' as const }
  const calls = new StripeCalls({ secretKey: 'sk_test_bench', address, perSecond: 100_000 })
  return stripeGateway({ intents: intentStore(db), calls, mode: 'test', timeoutMs: TIMEOUT_MS })
}

/** CPU time of this process for a charge, in µs. */
async function cpuOf({ here }: Stage, gateway: Gateway, charges = CHARGES): Promise<number> {
  const charge = async (key: string) => {
    const { kind } = await gateway.charge({
      key,
      amountMinor: 2_400n,
      currency: 'EUR',
      method: 'pm_card_visa',
      returnUrl: 'https://shop.example.org',
    })
    if (kind !== 'approved') throw new Error(`a charge of the bench ended as ${kind}`)
  }
  const jobs = Array.from({ length: charges }, () => uuidv7())
  return (await measure({ path: gateway.name, what: 'fresh', jobs, callers: CALLERS }, charge, here))
    .nodeCpuUs
}

await main()

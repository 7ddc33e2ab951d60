import { performance } from 'node:perf_hooks'
import { wrappingOf } from '@/access/answer-wrapping'
import { AnswerKeys } from '@/platform/answers/answer-keys'
import { print } from '@/setup/process/console'
import { makeMerchant, makePayments } from '../orders'
import { type EnginePayment, engineOn } from '../paths/engine'
import { instantBank } from '../paths/gateway'
import { openStage } from '../stage'

/* What encrypted answers cost: payments and replays of the engine with a plain store and an encrypted one, round by round on one database. */

const ROUNDS = 5
const PAYMENTS = 1_000
const REPLAYS = 5_000
const AT_ONCE = 16

async function inParallel(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < count) await work(next++)
    }),
  )
}

/** @returns time and CPU time of one call, in µs */
async function measured(count: number, work: (index: number) => Promise<unknown>) {
  const [began, cpu] = [performance.now(), process.cpuUsage()]
  await inParallel(count, work)
  const { user, system } = process.cpuUsage(cpu)
  return { us: ((performance.now() - began) * 1_000) / count, cpuUs: (user + system) / count }
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const stage = await openStage({ durable: false })
try {
  const merchantId = await makeMerchant(stage.owner)
  const keys = new AnswerKeys({
    db: stage.db,
    wrapping: wrappingOf({ PAYONCE_SECRET: 'a secret of the bench, long enough' }),
    nowMs: () => performance.now(),
    onUnusable: () => undefined,
  })
  // Of a merchant with records the first key waits.
  await keys.ready(merchantId)
  const paths = {
    plain: await engineOn(stage, instantBank().gateway),
    encrypted: await engineOn(stage, instantBank().gateway, keys),
  }
  const found = new Map<string, { us: number; cpuUs: number }[]>()
  const note = (name: string, round: { us: number; cpuUs: number }) =>
    found.set(name, [...(found.get(name) ?? []), round])
  // The first round warms up.
  for (let round = 0; round <= ROUNDS; round++)
    for (const [name, pay] of Object.entries(paths)) {
      const made = await makePayments(stage.owner, merchantId, PAYMENTS)
      const payments = made.map((payment): EnginePayment => ({ ...payment, merchantId }))
      const call = (index: number) => pay(payments[index % PAYMENTS] as EnginePayment)
      const first = await measured(PAYMENTS, call)
      const replay = await measured(REPLAYS, call)
      if (round === 0) continue
      note(`${name} payment`, first)
      note(`${name} replay`, replay)
    }
  for (const [name, rounds] of found)
    print(
      `${name}: ${median(rounds.map(({ us }) => us)).toFixed(0)} µs, ${median(rounds.map(({ cpuUs }) => cpuUs)).toFixed(0)} µs CPU of Node`,
    )
  const { rows } = await stage.owner.query(
    `SELECT answer LIKE 's1.%' AS encrypted, avg(octet_length(answer))::int AS bytes FROM idempotency_record GROUP BY 1 ORDER BY 1`,
  )
  for (const { encrypted, bytes } of rows)
    print(`${encrypted ? 'encrypted' : 'plain'} answer: ${bytes} bytes`)
} finally {
  await stage.close()
}

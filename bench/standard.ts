import type { Results } from './bars'
import { makeMerchant, makePayments } from './orders'
import { baseline } from './paths/baseline'
import { engineOn } from './paths/engine'
import { instantBank } from './paths/gateway'
import { floorPath, restPath, startServer, trpcPath } from './paths/http'
import type { Path } from './paths/path'
import { inTurn, type Plan, paymentsOf } from './rounds'
import { newToken, type Stage } from './stage'
import { hotMerchant, poisoned } from './trials/crowd'
import { pgbench } from './trials/pgbench'
import { storm } from './trials/storm'

const STORM = 1_000

/** The paths in turn, then the trials. */
export async function measureAll(stage: Stage, plan: Plan): Promise<Results> {
  const { owner, pool, here } = stage
  const merchantId = await makeMerchant(owner)
  const bank = instantBank()
  const pay = await engineOn(stage, bank.gateway)
  const engine = (payment: { key: string; orderId: string }) => pay({ ...payment, merchantId })
  const token = await newToken(stage.db, merchantId)
  const product = await startServer('server', stage)
  const plain = await startServer('plain-server', stage)
  const rest = restPath('REST', product, stage, token)
  const all: Path[] = [
    { name: 'raw SQL', probe: here, ...baseline(pool, merchantId) },
    { name: 'engine', probe: here, fresh: engine, replay: engine },
    await trpcPath(product, stage),
    rest,
    restPath('node:http, the same SQL', plain, stage, token),
    floorPath(plain, stage),
  ]
  const paths = all.filter(({ name }) => plan.paths?.includes(name) ?? true)
  const unknown = plan.paths?.find((name) => !all.some((path) => path.name === name))
  if (unknown !== undefined)
    throw new Error(`there is no path "${unknown}", but ${all.map(({ name }) => name).join(', ')}`)
  const payments = await makePayments(owner, merchantId, paths.length * paymentsOf(plan) + 4)
  const take = (count: number) => payments.splice(0, count)
  const figures = await inTurn(paths, plan, stage, take)
  if (plan.paths) return { figures, storms: [], pairs: [], pgbench: null }
  await product.connect(STORM)
  // The first of each is a rehearsal.
  const storms = []
  for (const round of [0, 1])
    for (const [path, call, asked] of [
      ['engine', engine, bank.asked],
      ['REST', rest.replay, product.asked],
    ] as const) {
      const [payment] = take(1)
      if (!payment) throw new Error('too few orders were made')
      const came = await storm(path, STORM, payment, call, asked)
      if (round > 0) storms.push(came)
    }
  return {
    figures,
    storms,
    pairs: [await hotMerchant(stage, plan.payments), await poisoned(stage, plan.payments)],
    pgbench: await pgbench(stage, merchantId, plan.payments, plan.callers),
  }
}

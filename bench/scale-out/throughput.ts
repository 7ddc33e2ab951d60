import http from 'node:http'
import { cpuUsOf, type Measured, measure } from '../measure'
import { type Figure, figures } from '../rounds'
import { pay } from './experiments'
import type { Installation } from './installation'

/** How much is measured. */
export interface LoadPlan {
  /** Payments of one round. */
  payments: number
  rounds: number
  callers: number
  /** Numbers of web processes. */
  webs: readonly number[]
}

const WARM_UP = 300

/** Payments through the proxy with so many web processes behind it, in turn: each round begins with another number. */
export async function throughput(installation: Installation, plan: LoadPlan): Promise<Figure[]> {
  const { webs, proxy, stage } = installation
  await proxy.serve(webs)
  await load(installation, plan, { payments: WARM_UP * webs.length, path: 'warm-up' })
  const measured: (Measured & { callers: number })[] = []
  for (let round = 0; round < plan.rounds; round++) {
    await stage.owner.query('VACUUM ANALYZE')
    const first = round % plan.webs.length
    for (const count of [...plan.webs.slice(first), ...plan.webs.slice(0, first)]) {
      await proxy.serve(webs.slice(0, count))
      measured.push(await load(installation, plan, { payments: plan.payments, path: `${count} web` }))
    }
  }
  return figures(measured)
}

async function load(
  installation: Installation,
  { callers }: LoadPlan,
  { payments, path }: { payments: number; path: string },
): Promise<Measured & { callers: number }> {
  const { webs, proxy, stage } = installation
  const agent = new http.Agent({ keepAlive: true, maxSockets: callers })
  const jobs = Array.from({ length: payments }, (_, n) => n)
  const probe = { ...stage.here, cpuUs: async () => cpuUsOf(webs.map(({ pid }) => pid)) }
  const one = async () => {
    const { status, body } = await pay(installation, proxy.port, { agent })
    if (status !== 201) throw new Error(`a payment was answered ${status}: ${body.slice(0, 200)}`)
  }
  const cost = await measure({ path, what: 'fresh', jobs, callers }, one, probe)
  agent.destroy()
  return { ...cost, callers }
}

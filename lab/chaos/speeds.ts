import { setTimeout as pause } from 'node:timers/promises'
import { sql } from '@/platform/db'
import type { Installation } from './installation'

/** How fast all became right again. Said, not judged: a busy machine must not make a correct engine fail. */
export async function speeds(installation: Installation): Promise<string[]> {
  return [await recovered(installation), await afterRestart(installation)]
}

/** From the claim to the end, of all that a worker finished without its client. */
async function recovered(installation: Installation): Promise<string> {
  const [row] = await installation.db.$queryRaw<
    { found: number; median: number; p95: number; most: number; charged: number }[]
  >(sql`
    SELECT count(*)::int AS found, coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY took), 0)::float8 AS median,
      coalesce(percentile_cont(0.95) WITHIN GROUP (ORDER BY took), 0)::float8 AS p95, coalesce(max(took), 0)::float8 AS most,
      coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY took) FILTER (WHERE problem IS NULL), 0)::float8 AS charged
    FROM (SELECT extract(epoch FROM r.completed_at - r.created_at) AS took, r.problem FROM idempotency_record r
      WHERE EXISTS (SELECT FROM attempt a WHERE a.merchant_id = r.merchant_id AND a.record_id = r.id AND a.outcome = 'recovered')) x`)
  if (!row) return ''
  const s = (value: number) => `${value.toFixed(1)} s`
  return `finished without their client: ${row.found}; from claim to end: median ${s(row.median)}, p95 ${s(row.p95)}, most ${s(row.most)}; where there was a charge: median ${s(row.charged)}`
}

/** From the moment the database takes connections again to the moment the servers answer from it. */
async function afterRestart(installation: Installation): Promise<string> {
  await installation.restartDatabase('D1', 'SIGINT')
  await pause(100)
  while (!(await installation.owner.query('SELECT 1').catch(() => null))) await pause(10)
  const began = performance.now()
  await Promise.all(
    installation.servers.map(async (server) => {
      while (!(await fetch(server.url('/api/ready')).catch(() => null))?.ok) await pause(10)
    }),
  )
  return `after a restart of the database: ready again within ${Math.round(performance.now() - began)} ms of it`
}

import { setTimeout as pause } from 'node:timers/promises'
import { sql } from '@/platform/db'
import type { Installation } from './installation'

/** Recovery times, one line each. They are printed and not judged: a busy machine must not fail a correct engine. */
export async function speeds(installation: Installation): Promise<string[]> {
  return [await recovered(installation), await afterRestart(installation)]
}

/** Seconds from the claim to the end, over all payments that a worker finished without the client. */
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
  return `recovered by the worker: ${row.found}; from claim to end: median ${s(row.median)}, p95 ${s(row.p95)}, maximum ${s(row.most)}; those that were charged: median ${s(row.charged)}`
}

/** Milliseconds from when the database takes connections again to when both servers are ready. */
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
  return `after a restart of the database: servers ready again within ${Math.round(performance.now() - began)} ms`
}

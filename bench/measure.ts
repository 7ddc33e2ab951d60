import fs from 'node:fs'
import type pg from 'pg'

/** The cost of one path, per operation where no unit says otherwise. */
export interface Measured {
  path: string
  what: 'fresh' | 'replay'
  perSecond: number
  p50Ms: number
  p99Ms: number
  /** CPU time of our process, in µs an operation; without the load generator, where that is another process. */
  nodeCpuUs: number
  /** CPU time of all PostgreSQL processes, in µs an operation; null where there is no /proc. */
  postgresCpuUs: number | null
  /** Statements sent. Without the balance check at commit, which PostgreSQL runs by itself, and the batches of the attempt log. */
  roundTrips: number
  /** Transactions that wrote. */
  commits: number
  walBytes: number
}

export type Cost = Omit<Measured, 'path' | 'what' | 'p50Ms' | 'p99Ms'>

/** Reads the counters of the measured process and its database. */
export interface Probe {
  owner: pg.Pool
  postmasterPid: number
  /** CPU time of our process so far, in µs. */
  cpuUs(): Promise<number>
  /** Writes out what is batched off the path. */
  settle(): Promise<void>
}

/** The jobs of one measurement, under the name of the path that they take. */
interface Load<Job> {
  path: string
  what: Measured['what']
  jobs: Job[]
  /** Each makes its next job when the last one is answered. */
  callers: number
}

/**
 * Runs `operation` once for every job, one for each caller at a time, and measures the cost of an operation. A closed loop: the
 * latencies are those at full load, not those of a steady trickle.
 */
export async function measure<Job>(
  load: Load<Job>,
  operation: (job: Job) => Promise<unknown>,
  probe: Probe,
): Promise<Measured> {
  const { path, what, jobs, callers } = load
  const latencies: number[] = []
  let next = 0
  const caller = async () => {
    for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) {
      const sent = performance.now()
      await operation(job)
      latencies.push(performance.now() - sent)
    }
  }
  const n = jobs.length
  const cost = await costOf(
    n,
    async () => void (await Promise.all(Array.from({ length: callers }, caller))),
    probe,
  )
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.min(n - 1, Math.floor(n * share))] ?? 0
  return { path, what, p50Ms: at(0.5), p99Ms: at(0.99), ...cost }
}

/** Measures what `work`, which does `n` operations, costs for each of them. */
export async function costOf(n: number, work: () => Promise<void>, probe: Probe): Promise<Cost> {
  await probe.settle()
  await probe.owner.query('SELECT pg_stat_statements_reset()')
  const before = await snapshot(probe)
  const start = performance.now()
  await work()
  const seconds = (performance.now() - start) / 1000
  const after = await snapshot(probe)
  const postgres =
    after.postgresUs === null || before.postgresUs === null
      ? null
      : (after.postgresUs - before.postgresUs) / n
  return {
    perSecond: n / seconds,
    nodeCpuUs: (after.cpuUs - before.cpuUs) / n,
    postgresCpuUs: postgres,
    roundTrips: after.statements / n,
    commits: (after.writing - before.writing) / n,
    walBytes: (after.wal - before.wal) / n,
  }
}

async function snapshot({ owner, postmasterPid, cpuUs }: Probe) {
  const { rows } = await owner.query(`
    SELECT (SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND query NOT ILIKE '%pg_stat_statements%' AND query NOT ILIKE '%INSERT INTO attempt%' AND query NOT LIKE '%FROM entry WHERE merchant_id = merchant AND transaction_id = tx%') AS statements,
           pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS writing, (pg_current_wal_insert_lsn() - '0/0') AS wal`)
  const { statements, writing, wal } = rows[0]
  return {
    statements: Number(statements),
    writing: Number(writing),
    wal: Number(wal),
    cpuUs: await cpuUs(),
    postgresUs: postgresCpuUs(postmasterPid),
  }
}

/** CPU time of the postmaster, its children, and its children that have ended. Linux counts it in ticks of 10 ms. */
function postgresCpuUs(postmaster: number): number | null {
  try {
    const processes = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    const stats = processes
      .flatMap((pid) => readStat(pid) ?? [])
      .filter(({ pid, parent }) => pid === postmaster || parent === postmaster)
    return (
      stats.reduce((sum, { pid, own, ended }) => sum + own + (pid === postmaster ? ended : 0), 0) * 10_000
    )
  } catch {
    return null
  }
}

/** CPU time of these processes so far, in µs, without their children; 0 where there is no /proc. */
export const cpuUsOf = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => sum + (readStat(String(pid))?.own ?? 0) * 10_000, 0)

function readStat(pid: string): { pid: number; parent: number; own: number; ended: number } | null {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const field = (index: number) => fields[index] ?? 0
    return { pid: Number(pid), parent: field(1), own: field(11) + field(12), ended: field(13) + field(14) }
  } catch {
    return null // it has just ended
  }
}

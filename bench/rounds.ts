import { type Measured, measure } from './measure'
import type { BenchPayment, Path } from './paths/path'
import type { Stage } from './stage'

/** How much is measured. */
export interface Plan {
  /** Payments of one path in one round, with 16 callers and more; a single caller makes a quarter. */
  payments: number
  rounds: number
  callers: readonly number[]
  /** Names of the paths that are measured, without the trials; null: all, and the trials. */
  paths?: readonly string[] | null
}

/** What one path cost with so many callers: medians of the rounds, and the slowest and fastest round. */
export interface Figure extends Measured {
  callers: number
  slowest: number
  fastest: number
}

const WARM_UP = 300

export function paymentsOfRound({ payments }: Pick<Plan, 'payments'>, callers: number): number {
  return callers === 1 ? Math.ceil(payments / 4) : payments
}

/** Payments that a plan makes on each path. */
export function paymentsOf(plan: Plan): number {
  return (
    WARM_UP + plan.callers.reduce((sum, callers) => sum + plan.rounds * paymentsOfRound(plan, callers), 0)
  )
}

/**
 * Measures all paths in turn: in each round another one is first, so that a machine that gets slower or faster meanwhile does not favour
 * one. The planner knows the tables' sizes before each round.
 * @param take takes so many payments that were not made yet
 */
export async function inTurn(
  paths: readonly Path[],
  plan: Plan,
  { owner }: Pick<Stage, 'owner'>,
  take: (count: number) => BenchPayment[],
): Promise<Figure[]> {
  for (const path of paths)
    for (const payment of take(path.fresh ? WARM_UP : 1)) {
      await path.fresh?.(payment)
      await path.replay(payment)
    }
  const measured: (Measured & { callers: number })[] = []
  for (const callers of plan.callers)
    for (let round = 0; round < plan.rounds; round++) {
      await owner.query('VACUUM ANALYZE')
      const first = round % paths.length
      for (const path of [...paths.slice(first), ...paths.slice(0, first)])
        for (const one of await fresh(path, take(paymentsOfRound(plan, callers)), callers))
          measured.push({ ...one, callers })
    }
  return figures(measured)
}

/** Fresh payments, then each of them once more with the same key. */
async function fresh(path: Path, jobs: BenchPayment[], callers: number): Promise<Measured[]> {
  const { name, probe } = path
  const load = { path: name, jobs, callers }
  const made = path.fresh ? [await measure({ ...load, what: 'fresh' }, path.fresh, probe)] : []
  return [...made, await measure({ ...load, what: 'replay' }, path.replay, probe)]
}

/** Takes the rounds of one path, kind and number of callers together. */
export function figures(measured: readonly (Measured & { callers: number })[]): Figure[] {
  const groups = new Map<string, (Measured & { callers: number })[]>()
  for (const one of measured) {
    const group = `${one.what} ${one.callers} ${one.path}`
    groups.set(group, [...(groups.get(group) ?? []), one])
  }
  return [...groups.values()].map((rounds) => {
    const [{ path, what, callers }] = rounds as [Measured & { callers: number }]
    const of = (cost: (round: Measured) => number) => median(rounds.map(cost))
    const rates = rounds.map(({ perSecond }) => perSecond)
    const postgres = rounds.flatMap(({ postgresCpuUs }) => postgresCpuUs ?? [])
    return {
      path,
      what,
      callers,
      perSecond: median(rates),
      slowest: Math.min(...rates),
      fastest: Math.max(...rates),
      p50Ms: of((round) => round.p50Ms),
      p99Ms: of((round) => round.p99Ms),
      nodeCpuUs: of((round) => round.nodeCpuUs),
      postgresCpuUs: postgres.length < rounds.length ? null : median(postgres),
      roundTrips: of((round) => round.roundTrips),
      commits: of((round) => round.commits),
      walBytes: of((round) => round.walBytes),
    }
  })
}

/** Of an even number of values the mean of the two in the middle; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]]
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2
}

import type { Figure } from './rounds'
import type { Scaled } from './scale'
import type { Pair } from './trials/crowd'
import type { PgbenchRate } from './trials/pgbench'
import type { Storm } from './trials/storm'

/** One thing that is asked of the product's speed. */
export interface Bar {
  bar: string
  wanted: string
  measured: string
  met: boolean
}

export interface Results {
  figures: readonly Figure[]
  storms: readonly Storm[]
  pairs: readonly Pair[]
  /** Null: it is not installed here. */
  pgbench: readonly PgbenchRate[] | null
}

/** Compares the figures of one run. A bar whose figures were not measured is left out. */
export function barsOf({ figures, storms, pairs }: Omit<Results, 'pgbench'>): Bar[] {
  const figure = (path: string, callers: number, what: Figure['what'] = 'fresh') =>
    figures.find((one) => one.path === path && one.callers === callers && one.what === what)
  const share = (path: string, callers: number, least: number): Bar[] => {
    const [own, raw] = [figure(path, callers), figure('raw SQL', callers)]
    if (!own || !raw) return []
    const ratio = own.perSecond / raw.perSecond
    return [
      bar(`${path} ÷ raw SQL, ${callers} callers`, percent(ratio), `≥ ${percent(least)}`, ratio >= least),
    ]
  }
  const most = (name: string, value: number | undefined, limit: number, unit = ''): Bar[] =>
    value === undefined ? [] : [bar(name, `${round(value)}${unit}`, `≤ ${limit}${unit}`, value <= limit)]
  const quotient = (one: number | undefined, other: number | undefined) =>
    one === undefined || other === undefined ? undefined : one / other
  return [
    ...share('engine', 16, 1),
    ...share('engine', 64, 1.3),
    ...share('REST', 16, 0.7),
    ...share('tRPC over HTTP', 16, 0.5),
    ...most(
      'engine’s p50 ÷ raw SQL’s, 1 caller',
      quotient(figure('engine', 1)?.p50Ms, figure('raw SQL', 1)?.p50Ms),
      2,
    ),
    ...most('engine, round trips a payment, 16 callers', figure('engine', 16)?.roundTrips, 0.4),
    ...most('engine, commits a payment, 16 callers', figure('engine', 16)?.commits, 0.3),
    ...most('engine, WAL a payment, 16 callers', kilobytes(figure('engine', 16)?.walBytes), 6, ' kB'),
    ...most('REST replay, Node, 16 callers', figure('REST', 16, 'replay')?.nodeCpuUs, 250, ' µs'),
    ...most(
      'REST replay’s p50 ÷ (node:http + one SELECT)’s, 1 caller',
      quotient(figure('REST', 1, 'replay')?.p50Ms, figure('node:http + one SELECT', 1, 'replay')?.p50Ms),
      3,
    ),
    ...storms.map(({ path, callers, charges, errors, answers, p99Ms }) =>
      bar(
        `${callers} callers with one key, ${path}`,
        `${charges} charge, ${answers} answer, ${errors} errors, p99 ${round(p99Ms)} ms`,
        '1 charge, 1 answer, 0 errors, p99 ≤ 100 ms',
        charges === 1 && answers === 1 && errors === 0 && p99Ms <= 100,
      ),
    ),
    ...pairs.map(({ what, usual, other, least }) =>
      bar(what, round(other / usual), `≥ ${least}`, other / usual >= least),
    ),
  ]
}

/** Pages that read more than a page: a search, a month, a check of everything. */
const LONG = /search|30 days|checked/

/** Compares the pay path on a small database and on a large one, and asks that pages are read at once. */
export function barsOfScale({ small, large }: Scaled): Bar[] {
  const [before, after] = [small, large].map(({ figures }) =>
    figures.find(({ path, what }) => path === 'engine' && what === 'fresh'),
  )
  if (!before || !after) return []
  const slower = after.p99Ms / before.p99Ms
  const slow = large.pages.filter(({ page, ms }) => !LONG.test(page) && ms > 20)
  return [
    bar('engine’s p99, large ÷ small', round(slower), '≤ 1.25', slower <= 1.25),
    ...(
      [
        ['small', before, 6],
        ['large', after, 12],
      ] as const
    ).map(([size, { walBytes }, limit]) =>
      bar(
        `WAL a payment, ${size}`,
        `${round(walBytes / 1000)} kB`,
        `≤ ${limit} kB`,
        walBytes <= limit * 1000,
      ),
    ),
    bar(
      'pages above 20 ms, without searches, 30 days and checks',
      slow.map(({ page }) => page).join(', ') || 'none',
      'none',
      slow.length === 0,
    ),
  ]
}

function bar(name: string, measured: string, wanted: string, met: boolean): Bar {
  return { bar: name, measured, wanted, met }
}

const kilobytes = (bytes: number | undefined) => (bytes === undefined ? undefined : bytes / 1000)
const percent = (ratio: number) => `${Math.round(ratio * 100)} %`
/** Three digits that count. */
const round = (value: number) => String(Number(value.toPrecision(3)))

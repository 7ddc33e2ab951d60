import { describe, expect, it } from 'vitest'
import { barsOf } from './bars'
import type { Measured } from './measure'
import { type Figure, figures, median, paymentsOf } from './rounds'
import { barsTable, figuresTable } from './table'

const round = (path: string, callers: number, perSecond: number, changes: Partial<Measured> = {}) => ({
  path,
  callers,
  what: 'fresh' as const,
  perSecond,
  p50Ms: 1000 / perSecond,
  p99Ms: 5,
  nodeCpuUs: 100,
  postgresCpuUs: 50,
  roundTrips: 0.2,
  commits: 0.1,
  walBytes: 5_000,
  ...changes,
})

describe('the rounds of one path', () => {
  it('are its medians, with the slowest and the fastest', () => {
    const [engine, raw, ...others] = figures([
      round('engine', 16, 900),
      round('raw SQL', 16, 10),
      round('engine', 16, 3000),
      round('raw SQL', 16, 20, { postgresCpuUs: null }),
      round('engine', 16, 1000),
    ])
    expect(others).toEqual([])
    expect(engine).toMatchObject({
      perSecond: 1000,
      slowest: 900,
      fastest: 3000,
      p50Ms: 1,
      postgresCpuUs: 50,
    })
    expect(raw).toMatchObject({ perSecond: 15, p50Ms: 75, postgresCpuUs: null })
  })

  it('are apart by callers, path and kind', () => {
    const rounds = [round('engine', 1, 1), round('engine', 16, 1), round('REST', 1, 1)]
    expect(figures([...rounds, round('engine', 1, 1, { what: 'replay' })])).toHaveLength(4)
  })

  it('need so many payments: a single caller makes a quarter', () => {
    expect(paymentsOf({ payments: 100, rounds: 2, callers: [1, 16] })).toBe(300 + 2 * (25 + 100))
  })

  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[7], 7],
    [[], Number.NaN],
  ])('the median of %j is %d', (values, expected) => expect(median(values)).toBe(expected))
})

describe('the bars', () => {
  const measured = (...all: ReturnType<typeof round>[]): Figure[] => figures(all)
  const met = (results: Partial<Parameters<typeof barsOf>[0]>) =>
    Object.fromEntries(
      barsOf({ figures: [], storms: [], pairs: [], ...results }).map(({ bar, met }) => [bar, met]),
    )

  it('compare a path with raw SQL at the same number of callers', () => {
    const figures = measured(
      round('raw SQL', 16, 1000),
      round('engine', 16, 1000),
      round('raw SQL', 64, 1000),
    )
    expect(met({ figures: [...figures, ...measured(round('engine', 64, 1299))] })).toMatchObject({
      'engine ÷ raw SQL, 16 callers': true,
      'engine ÷ raw SQL, 64 callers': false,
    })
  })

  it('say nothing of what was not measured', () => {
    expect(barsOf({ figures: measured(round('engine', 64, 1)), storms: [], pairs: [] })).toEqual([])
  })

  it('a path alone is slow when its median call takes more than twice as long', () => {
    const name = 'engine’s p50 ÷ raw SQL’s, 1 caller'
    const figures = (engine: number) => measured(round('raw SQL', 1, 1000), round('engine', 1, engine))
    expect([met({ figures: figures(500) })[name], met({ figures: figures(499) })[name]]).toEqual([
      true,
      false,
    ])
  })

  it.each([
    ['as it should be', {}, true],
    ['two charges', { charges: 2 }, false],
    ['an error', { errors: 1 }, false],
    ['two answers', { answers: 2 }, false],
    ['too slow', { p99Ms: 100.1 }, false],
  ])('a storm: %s', (_, changes, expected) => {
    const storm = { path: 'REST', callers: 1000, charges: 1, errors: 0, answers: 1, p99Ms: 100, ...changes }
    expect(met({ storms: [storm] })).toEqual({ '1000 callers with one key, REST': expected })
  })

  it('two situations have a least ratio', () => {
    const pair = { what: 'hot', usual: 100, least: 0.95 }
    expect(met({ pairs: [{ ...pair, other: 95 }] })).toEqual({ hot: true })
    expect(met({ pairs: [{ ...pair, other: 94 }] })).toEqual({ hot: false })
  })
})

it('tables are for a terminal, or Markdown', () => {
  const [figure] = figures([round('engine', 16, 12_345)]) as [Figure]
  expect(figuresTable([figure], false)).toMatch(
    /^ +callers +path[\s\S]*fresh +16 +engine +12,345 +12,345–12,345 /,
  )
  const bars = barsTable([{ bar: 'a', measured: '1', wanted: '2', met: false }], true)
  expect(bars.split('\n')).toEqual([
    '| bar | measured | wanted |         |',
    '| --- | --- | --- | --- |',
    '| a   | 1        | 2      | not met |',
  ])
})

import { expect, test } from 'vitest'
import { arrived, type ChartBucket, chartGeometry } from './chart-geometry'

const FRAME = { width: 1000, height: 200, top: 10, right: 0, bottom: 10, left: 0 }
const bucket = (minute: number, counts: Partial<ChartBucket> = {}): ChartBucket => ({
  at: `2026-11-24T12:${String(minute).padStart(2, '0')}:00.000Z`,
  executed: 0,
  recovered: 0,
  ambiguous: 0,
  rejected: 0,
  again: 0,
  joined: 0,
  replayed: 0,
  held: 0,
  charges: 0,
  ...counts,
})

test('segments are stacked without gaps, and their heights are to scale', () => {
  const { columns } = chartGeometry([bucket(0, { executed: 1, replayed: 2, held: 5, charges: 1 })], FRAME, 5)
  const segments = columns[0]?.segments ?? []
  expect(segments.map(({ series, height }) => [series, height])).toEqual([
    ['executed', 22.5],
    ['replayed', 45],
    ['held', 112.5],
  ])
  expect(segments[0]?.y).toBeCloseTo(167.5)
  expect(segments[1]?.y).toBeCloseTo((segments[0]?.y ?? 0) - 45)
  expect(columns[0]).toMatchObject({ top: 10, preventedY: 167.5, chargeY: 167.5 })
})

test('columns fill the frame in order, without overlap', () => {
  const { columns } = chartGeometry([bucket(0), bucket(1), bucket(2)], FRAME, 5)
  expect(columns[0]?.slotX).toBeCloseTo(0)
  expect(columns[1]?.slotX).toBeCloseTo((columns[0]?.slotX ?? 0) + (columns[0]?.slotWidth ?? 0))
  expect((columns[2]?.slotX ?? 0) + (columns[2]?.slotWidth ?? 0)).toBeCloseTo(1000)
})

test('the line of charges runs from edge to edge and steps between columns', () => {
  const { chargeLine, gap } = chartGeometry(
    [bucket(0, { executed: 4, charges: 4 }), bucket(1, { executed: 4, charges: 0 })],
    FRAME,
    5,
  )
  expect(chartGeometry([], FRAME, 5)).toMatchObject({ chargeLine: '', gap: '', peak: null })
  expect(chargeLine.startsWith('M0,10')).toBe(true)
  expect(chargeLine).toMatch(/L1000,190$/)
  expect(chargeLine).toContain('L500,10L500,190')
  expect(gap.endsWith('Z')).toBe(true)
})

test('ticks are whole numbers, and times are thinned out', () => {
  const { yTicks, xTicks } = chartGeometry(
    Array.from({ length: 48 }, (_, i) => bucket(i)),
    FRAME,
    6,
  )
  expect(yTicks.map(({ value }) => value)).toEqual([0, 1, 2, 3, 4])
  expect(xTicks).toHaveLength(6)
})

test('the label is over the column with the most prevented, and absent when there were none', () => {
  const calm = [bucket(0, { executed: 3, charges: 3 }), bucket(1, { executed: 9, rejected: 4, charges: 9 })]
  expect(chartGeometry(calm, FRAME, 5).peak).toBeNull()
  const stormy = [
    ...calm,
    bucket(2, { executed: 1, held: 24, charges: 1 }),
    bucket(3, { executed: 1, replayed: 3, charges: 1 }),
  ]
  expect(chartGeometry(stormy, FRAME, 5).peak).toMatchObject({
    prevented: 24,
    column: { bucket: { held: 24 } },
  })
})

test('what arrived is every attempt to pay, without the server’s own work', () => {
  const storm = {
    executed: 1,
    replayed: 2,
    joined: 3,
    rejected: 4,
    held: 5,
    recovered: 1,
    again: 6,
    ambiguous: 7,
  }
  expect(arrived(bucket(0, storm))).toBe(28)
})

test('the bracket and the shade enclose what was prevented, and nothing that charged nothing anyway', () => {
  const mixed = bucket(0, { executed: 4, rejected: 2, again: 3, replayed: 1, charges: 4 })
  const { peak, columns, gap } = chartGeometry([mixed, bucket(1)], FRAME, 5)
  const [column] = columns
  const replays = column?.segments.find(({ series }) => series === 'replayed')
  expect(peak).toMatchObject({ prevented: 1 })
  expect(column?.top).toBeCloseTo(replays?.y ?? 0)
  expect((column?.preventedY ?? 0) - (column?.top ?? 0)).toBeCloseTo(replays?.height ?? 0)
  // Not from the line of charges, which is far below.
  expect(column?.preventedY).toBeLessThan((column?.chargeY ?? 0) - 50)
  expect(gap).not.toContain(`,${column?.chargeY}`)
})

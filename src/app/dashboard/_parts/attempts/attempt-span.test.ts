import { expect, test } from 'vitest'
import { pinExecuted, spansOf } from './attempt-span'

const attempt = (outcome: string, ms: number, durationMs = 0) => ({
  outcome,
  at: new Date(1_800_000_000_000 + ms).toISOString(),
  durationMs,
})

test('the attempt that did the work comes first, the others by time', () => {
  const order = pinExecuted([
    attempt('held', 50),
    attempt('replayed', 900),
    attempt('joined', 20),
    attempt('executed', 30),
  ])
  expect(order.map(({ outcome }) => outcome)).toEqual(['executed', 'joined', 'held', 'replayed'])
})

test('bars are to scale on one axis', () => {
  const [executed, joined] = spansOf([attempt('executed', 0, 1000), attempt('joined', 250, 750)])
  expect(executed).toMatchObject({ offsetMs: 0, left: 0, width: 100 })
  expect(joined).toMatchObject({ offsetMs: 250, left: 25, width: 75 })
})

test('a replay a day later does not squeeze the first second, and stays on the axis', () => {
  const [executed, late] = spansOf([attempt('executed', 0, 800), attempt('replayed', 86_400_000, 3)])
  expect(executed?.width).toBe(100)
  expect(late?.left).toBe(99)
  expect((late?.left ?? 0) + (late?.width ?? 0)).toBeLessThanOrEqual(100)
})

test('an attempt without duration is still visible', () => {
  expect(spansOf([attempt('held', 0)])[0]?.width).toBe(1)
})

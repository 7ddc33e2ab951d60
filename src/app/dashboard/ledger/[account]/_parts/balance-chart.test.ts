import { expect, test } from 'vitest'
import { balanceChart } from './balance-chart'

const BOX = { width: 100, height: 60, top: 10, bottom: 10 }
const at = (hour: number) => new Date(Date.UTC(2026, 10, 1, hour)).toISOString()

test('a balance is a line of steps, with zero in the drawing', () => {
  const points = [
    { at: at(0), balance: 100 },
    { at: at(5), balance: 400 },
    { at: at(8), balance: 200 },
  ]
  expect(balanceChart(points, at(10), BOX)).toEqual({
    line: 'M0 40H50V10H80V30H100',
    area: 'M0 40H50V10H80V30H100V50H0Z',
    zero: 50,
    least: 0n,
    most: 400n,
  })
})

test('a credit balance hangs below zero', () => {
  const chart = balanceChart(
    [
      { at: at(0), balance: 0 },
      { at: at(5), balance: '-9007199254740993000' },
    ],
    at(10),
    BOX,
  )
  expect(chart).toMatchObject({
    line: 'M0 10H50V50H100',
    zero: 10,
    least: -9_007_199_254_740_993_000n,
    most: 0n,
  })
})

test('without points, without time and without money there is nothing to divide by', () => {
  expect(balanceChart([], at(1), BOX).line).toBe('')
  expect(balanceChart([{ at: at(1), balance: 0 }], at(1), BOX).line).toBe('M0 10H100')
})

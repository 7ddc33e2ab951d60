import { describe, expect, test } from 'vitest'
import { elapsed } from '../steps/elapsed'
import { stepsOf } from '../steps/payment-steps'
import { attempt, foundLater, instant, paid, recordOf, takenOver } from '../steps/testing/payment-facts'
import { axisMarks } from './time-axis'
import { waterfallOf } from './waterfall-bars'

const bars = (facts: Parameters<typeof stepsOf>[0]) =>
  waterfallOf(stepsOf(facts)).bars.map(({ label, from, until }) => `${label}: ${from}–${until}`)

test('a request is its two commits and the question to the bank, under its lease', () => {
  expect(bars(paid())).toEqual([
    'Lease 1, Server A: 5–95',
    'Request, Server A: 0–100',
    'First commit: claim and payment: 0–10',
    'Bank: payment: 10–90',
    'Last commit: answer and posting: 90–100',
  ])
})

test('the parts of a request add up to it, also where the clocks disagree', () => {
  const early = paid({ createdAt: instant(-3_000), attempts: [attempt('executed', 0, { answeredMs: 400 })] })
  const { bars: all } = waterfallOf(stepsOf(early))
  const parts = all.filter(({ kind }) => kind === 'commit' || kind === 'bank')
  const [request] = all.filter(({ kind }) => kind === 'request')
  expect(parts.reduce((sum, { from, until }) => sum + until - from, 0)).toBe(100)
  expect(request && request.until - request.from).toBe(100)
  expect(all.every(({ from, until }) => from >= 0 && until >= from)).toBe(true)
})

test('a lost lease is marked, and the next one begins where it ended', () => {
  const [lost, next] = waterfallOf(stepsOf(takenOver())).bars
  expect(lost).toMatchObject({ kind: 'lease', lost: true, note: expect.stringContaining('another claim') })
  expect(next).toMatchObject({ lost: false, from: 30_985 })
})

test('each attempt stands below its own lease, and the last commit is called after what it holds', () => {
  expect(bars(foundLater()).map((bar) => bar.split(':')[0])).toEqual([
    'Lease 1, Server A',
    'Request, Server A',
    'First commit',
    'Bank',
    'Last commit',
    'Lease 3, Worker',
    'Recovery, Worker',
    'Take-over',
    'Bank',
    'Last commit',
    '1 check',
  ])
  const declined = attempt('executed', 0, { status: 402, problem: 'payment-declined' })
  const last = (facts: Parameters<typeof stepsOf>[0]) =>
    bars(facts).findLast((bar) => bar.startsWith('Last commit'))
  expect(last(foundLater())).toContain('answer and posting')
  expect(last(paid({ status: 'declined', attempts: [declined], transactions: [] }))).toBe(
    'Last commit: answer: 90–100',
  )
})

test('an extension is drawn at its instant', () => {
  const slow = attempt('executed', 0, { durationMs: 25_000, answeredMs: 24_900 })
  const record = recordOf({ completedAt: instant(24_950), leaseUntil: instant(50_005) })
  const [lease] = waterfallOf(stepsOf(paid({ attempts: [slow], record }))).bars
  expect(lease).toMatchObject({
    extendedAt: 20_005,
    note: expect.stringContaining('extended, the last time 20.0 s'),
  })
})

test('what a version before noted without its times has one bar', () => {
  const old = { durationMs: 100, askedMs: null, answeredMs: null }
  expect(bars(paid({ attempts: [attempt('executed', 0, old)] }))).toEqual([
    'Lease 1, Server A: 5–95',
    'Request, Server A: 0–100',
  ])
})

test('the axis covers the work; a replay a day later is beyond it, and squeezes nothing', () => {
  const late = attempt('replayed', 86_400_000, { durationMs: 3 })
  const waterfall = waterfallOf(stepsOf(paid({ attempts: [attempt('executed', 0), late] })))
  expect(waterfall.lengthMs).toBe(100)
  expect(waterfall.bars.at(-1)).toMatchObject({ kind: 'repeat', from: 86_400_000 })
  expect(waterfallOf(stepsOf(foundLater())).lengthMs).toBe(8_100)
})

test('a lease that runs is not drawn longer than three times what happened', () => {
  const record = recordOf({ state: 'sending', completedAt: null })
  const running = paid({ status: 'sending', attempts: [], transactions: [], record })
  expect(waterfallOf(stepsOf(running)).lengthMs).toBe(60)
})

test.each([
  [90, '90 ms'],
  [4_030, '4.03 s'],
  [31_095, '31.1 s'],
  [300_000, '5 min'],
  [10_800_000, '3 h'],
  [86_400_000 * 400, '400 d'],
])('%i ms are %s', (ms, text) => {
  expect(elapsed(ms)).toBe(text)
})

describe('the axis', () => {
  test.each([
    [20, ['0', '5 ms', '10 ms', '15 ms', '20 ms']],
    [480, ['0', '100 ms', '200 ms', '300 ms', '400 ms']],
    [4_060, ['0', '1 s', '2 s', '3 s', '4 s']],
    [31_095, ['0', '10 s', '20 s', '30 s']],
    [130_000, ['0', '30 s', '60 s', '90 s', '2 min']],
    [6_300_000, ['0', '30 min', '60 min', '90 min']],
    [400_000_000, ['0', '1 d', '2 d', '3 d', '4 d']],
    [4_000_000_000, ['0', '10 d', '20 d', '30 d', '40 d']],
  ])('of %i ms has marks in a unit of which people speak', (length, labels) => {
    expect(axisMarks(length).map(({ label }) => label)).toEqual(labels)
  })

  test('of any length has two to six marks within it', () => {
    for (let length = 20; length < 1e11; length *= 1.37) {
      const marks = axisMarks(length)
      expect(marks.length).toBeGreaterThanOrEqual(2)
      expect(marks.length).toBeLessThanOrEqual(6)
      expect(marks.every(({ ms }) => ms <= length)).toBe(true)
      expect(new Set(marks.map(({ label }) => label)).size).toBe(marks.length)
    }
  })
})

import { expect, test } from 'vitest'
import type { AlertBarData } from '../api'
import { alarmWords } from './alarm-words'

const CALM: AlertBarData = {
  broken: 0,
  brokenAcknowledged: 0,
  money: 0,
  open: 0,
  acknowledged: 0,
  workerDeadSince: null,
  unwatchedSince: null,
}
const SINCE = '2026-11-27T08:00:00.000Z'

test.each([
  [CALM, null],
  // An alert that is not about money is on its page, and not on every page.
  [{ ...CALM, open: 2, acknowledged: 1 }, null],
  [{ ...CALM, money: 1 }, '1 alert about money is open.'],
  [{ ...CALM, broken: 2, money: 3 }, '2 invariants are broken. 3 alerts about money are open.'],
  [{ ...CALM, workerDeadSince: SINCE, unwatchedSince: SINCE }, 'No worker is running.'],
  [{ ...CALM, unwatchedSince: SINCE }, 'Nobody looks for alerts.'],
])('%o: %s', (bar, title) => {
  expect(alarmWords(bar)?.title ?? null).toBe(title)
})

test('a broken invariant stays when somebody has acknowledged it, and the bar says that they have', () => {
  expect(alarmWords({ ...CALM, broken: 1 })?.note).toMatch(/Nobody has taken it on/)
  expect(alarmWords({ ...CALM, broken: 1, brokenAcknowledged: 1 })?.note).toMatch(/Somebody has taken it on/)
  expect(alarmWords({ ...CALM, broken: 1, brokenAcknowledged: 1, money: 1 })?.note).toMatch(
    /Somebody has taken on what is broken; nobody has taken on the rest/,
  )
  // One of two: still nobody for the other.
  expect(alarmWords({ ...CALM, broken: 2, brokenAcknowledged: 1 })?.note).toMatch(/Nobody/)
})

import { beforeEach, expect, test } from 'vitest'
import type { HintSubject } from '@/server/live/changes'
import { HintQueue } from './hint-queue'

let at: number
let timers: { at: number; then: () => void }[]
let reads: { at: number; subjects: HintSubject[]; end: () => void }[]
let queue: HintQueue

beforeEach(() => {
  at = 0
  timers = []
  reads = []
  const after = (ms: number, then: () => void) => {
    const timer = { at: at + ms, then }
    timers.push(timer)
    return () => {
      timers = timers.filter((one) => one !== timer)
    }
  }
  queue = new HintQueue(
    { now: () => at, after },
    (subjects) => new Promise<void>((end) => reads.push({ at, subjects: [...subjects], end })),
  )
})

async function pass(ms: number) {
  const until = at + ms
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve))
    const next = timers.filter((one) => one.at <= until).toSorted((a, b) => a.at - b.at)[0]
    if (!next) break
    at = next.at
    timers = timers.filter((one) => one !== next)
    next.then()
  }
  at = until
}

/** What was read, and when. */
const read = () => reads.map((one) => [one.at, one.subjects.join(' ')])

test('the first hint is read at once, and what comes within two seconds together after them', async () => {
  queue.add(['payments'])
  reads[0]?.end()
  await pass(500)
  queue.add(['books'])
  await pass(500)
  queue.add(['payments', 'books'])
  await pass(5_000)
  expect(read()).toEqual([
    [0, 'payments'],
    [2_000, 'books payments'],
  ])
})

test('a hint that comes while pages are read is read after it: that reading may have been too early', async () => {
  queue.add(['payments'])
  await pass(100)
  queue.add(['payments'])
  await pass(10_000)
  expect(read()).toHaveLength(1)
  reads[0]?.end()
  await pass(1)
  expect(read()).toHaveLength(1)
  await pass(110_000)
  expect(read()).toHaveLength(2)
})

test('pages that take long are read again after ten times as long', async () => {
  queue.add(['payments'])
  await pass(1_000)
  reads[0]?.end()
  await pass(0)
  queue.add(['payments'])
  await pass(9_999)
  expect(read()).toHaveLength(1)
  await pass(1)
  expect(read()).toEqual([
    [0, 'payments'],
    [11_000, 'payments'],
  ])
})

test('nothing is read after the end', async () => {
  queue.add(['payments'])
  reads[0]?.end()
  await pass(10)
  queue.add(['acts'])
  queue.stop()
  await pass(10_000)
  expect(read()).toHaveLength(1)
})

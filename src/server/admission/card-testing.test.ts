import { beforeEach, expect, test } from 'vitest'
import type { RecentEnds } from '@/payments/recent-declines'
import { CardTesting, DECLINES_MIN } from './card-testing'

let now: number
let ends: RecentEnds | Error
let looks: number
let alerts: string[]
let watch: CardTesting

beforeEach(() => {
  now = 1_000_000
  looks = 0
  alerts = []
  watch = new CardTesting({
    now: () => now,
    onBegin: (merchantId) => alerts.push(merchantId),
    recentEnds: async () => {
      looks += 1
      if (ends instanceof Error) throw ends
      return ends
    },
  })
})

test.each([
  ['one decline fewer than the least', { declined: DECLINES_MIN - 1, ended: DECLINES_MIN - 1 }, false],
  ['the least, and nothing else', { declined: DECLINES_MIN, ended: DECLINES_MIN }, true],
  ['half of what ended', { declined: 200, ended: 400 }, false],
  ['more than half', { declined: 201, ended: 400 }, true],
  ['a busy shop: 1,000 payments, a fifth declined', { declined: 200, ended: 1_000 }, false],
  ['a quiet shop on a bad day', { declined: 12, ended: 13 }, false],
])('%s', async (_, found, suspected) => {
  ends = found
  await watch.declined('shop')
  expect(watch.isSuspected('shop')).toBe(suspected)
  expect(alerts).toEqual(suspected ? ['shop'] : [])
  expect(watch.isSuspected('another shop')).toBe(false)
})

test('looks every two seconds at most, however many are declined', async () => {
  ends = { declined: 1, ended: 1 }
  await Promise.all(Array.from({ length: 500 }, () => watch.declined('shop')))
  expect(looks).toBe(1)
  now += 2_000
  await watch.declined('shop')
  await watch.declined('another shop')
  expect(looks).toBe(3)
})

test('alerts once for as long as it lasts, ten minutes after the last sign', async () => {
  ends = { declined: 150, ended: 160 }
  for (let minute = 0; minute < 5; minute++) {
    await watch.declined('shop')
    now += 60_000
  }
  expect(alerts).toEqual(['shop'])
  now += 538_000
  expect(watch.isSuspected('shop')).toBe(true)
  now += 2_000
  expect(watch.isSuspected('shop')).toBe(false)
  await watch.declined('shop')
  expect(alerts).toEqual(['shop', 'shop'])
})

test('a database that does not answer raises no suspicion and no error, and ends none', async () => {
  ends = new Error('away')
  await watch.declined('shop')
  expect(watch.isSuspected('shop')).toBe(false)
  now += 2_000
  ends = { declined: 150, ended: 160 }
  await watch.declined('shop')
  now += 2_000
  ends = new Error('away')
  await watch.declined('shop')
  expect(watch.isSuspected('shop')).toBe(true)
})

import { expect, test } from 'vitest'
import { UnderWay } from './under-way'

test('waits for what is under way, also for what fails, and not for what comes later', async () => {
  const reports = new UnderWay()
  let finish = () => {}
  const slow = reports.add(
    new Promise<string>((resolve) => {
      finish = () => resolve('written')
    }),
  )
  const failing = reports.add(Promise.reject(new Error('away'))).catch(() => 'failed')
  let ended = false
  const waiting = reports.ended().then(() => {
    ended = true
  })
  void reports.add(new Promise(() => {}))
  await failing
  expect(ended).toBe(false)
  finish()
  await waiting
  expect([await slow, await failing, ended]).toEqual(['written', 'failed', true])
})

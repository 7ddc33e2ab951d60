import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { deferred, outcome, type TestEffect, TestEngine } from '../testing/engine'
import { systemClock } from './clock'
import { recordId } from './fingerprint'
import { withLease } from './lease'

let bench: TestEngine
beforeEach(() => {
  vi.useFakeTimers()
  bench = new TestEngine()
})
afterEach(() => vi.useRealTimers())

const record = () => bench.store.read('m', recordId({ merchantId: 'm', actor: 'shopper:a' }, 'test.do', 'k'))
const slow = () => {
  const bank = deferred<TestEffect>()
  bench.ask = () => bank.promise
  return { bank, reply: bench.run() }
}

describe('the heartbeat', () => {
  test('G7 F20 a bank that takes three leases: no other request starts, no resolver settles, and its answer counts', async () => {
    const { bank, reply } = slow()
    for (let minute = 0; minute < 3; minute++) {
      await vi.advanceTimersByTimeAsync(30_000)
      expect(await bench.recover()).toBe(0)
      expect(outcome(await bench.run())).toBe('in-progress')
    }
    bank.resolve({ kind: 'done' })
    expect(outcome(await reply)).toBe('executed')
    expect([bench.asked.length, bench.found.length, bench.lines]).toEqual([1, 0, ['begin 1', 'done 1']])
  })

  test('F21 a bank that never answers blocks the key for ten leases, then the resolver finds out', async () => {
    slow()
    await vi.advanceTimersByTimeAsync(300_000)
    expect(await bench.recover()).toBe(0)
    await vi.advanceTimersByTimeAsync(30_001)
    expect(await bench.recover()).toBe(1)
    expect(outcome(await bench.run())).toBe('replayed')
    expect([bench.asked.length, bench.found.length]).toEqual([1, 1])
  })

  test('beats three times a lease, and not once after the end', async () => {
    const renew = vi.spyOn(bench.store, 'renew')
    const { bank, reply } = slow()
    await vi.advanceTimersByTimeAsync(29_000)
    expect(renew).toHaveBeenCalledTimes(2)
    bank.resolve({ kind: 'done' })
    await reply
    await vi.advanceTimersByTimeAsync(120_000)
    expect(renew).toHaveBeenCalledTimes(2)
  })

  test('a lost beat is only one beat', async () => {
    vi.spyOn(bench.store, 'renew')
      .mockRejectedValueOnce(new Error('away'))
      .mockRejectedValueOnce(new Error('away'))
    const { bank, reply } = slow()
    await vi.advanceTimersByTimeAsync(59_000)
    expect(await record()).toMatchObject({ state: 'sending', leaseOver: false })
    bank.resolve({ kind: 'done' })
    expect(outcome(await reply)).toBe('executed')
  })

  test('the first refusal ends it: a lost lease is not asked for again', async () => {
    const renew = vi.spyOn(bench.store, 'renew').mockResolvedValue(false)
    slow()
    await vi.advanceTimersByTimeAsync(120_000)
    expect(renew).toHaveBeenCalledTimes(1)
  })

  test('a beat under way ends before the work counts as done: it must not postpone the next check', async () => {
    const beat = deferred<boolean>()
    const leases = { leaseMs: 30_000, renew: () => beat.promise }
    const work = deferred<string>()
    let done = false
    const leased = withLease(
      leases,
      { merchantId: 'm', id: 'r', token: 't', fence: 1 },
      systemClock,
      () => work.promise,
    ).then((value) => {
      done = true
      return value
    })
    await vi.advanceTimersByTimeAsync(10_000)
    work.resolve('answer')
    await vi.advanceTimersByTimeAsync(0)
    expect(done).toBe(false)
    beat.resolve(true)
    expect(await leased).toBe('answer')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('work that fails ends it too', async () => {
    const renew = vi.fn(async () => true)
    const fails = withLease(
      { leaseMs: 30_000, renew },
      { merchantId: 'm', id: 'r', token: 't', fence: 1 },
      systemClock,
      () => Promise.reject(new Error('broken')),
    )
    await expect(fails).rejects.toThrow('broken')
    expect(vi.getTimerCount()).toBe(0)
  })
})

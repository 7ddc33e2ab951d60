import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { deferred, outcome, type TestEffect, TestEngine } from '../testing/engine'
import { recordId } from './fingerprint'
import type { IdempotencyRow } from './record'
import { StoreUnavailable } from './store'

let bench: TestEngine
beforeEach(() => {
  vi.useFakeTimers()
  bench = new TestEngine()
})
afterEach(() => vi.useRealTimers())

/** A process that died while the bank was asked, longer ago than its lease. */
async function crashed(key = 'k'): Promise<void> {
  bench.stopBeating()
  bench.ask = () => new Promise(() => undefined)
  void bench.run({ key })
  await vi.advanceTimersByTimeAsync(30_001)
}

describe('recover', () => {
  test('R9 finishes what a crash left, without requesting the effect again', async () => {
    await crashed()
    expect(await bench.recover()).toBe(1)
    expect([bench.asked.length, bench.found.length, bench.lines]).toEqual([1, 1, ['begin 1', 'done 1']])
    expect(outcome(await bench.run())).toBe('replayed')
    expect(bench.attempts()[0]).toMatchObject({
      outcome: 'recovered',
      status: 200,
      fence: 2,
      source: 'worker',
      requestId: 'worker-1',
      merchantId: 'm',
    })
  })

  test('logs when it asked for the outcome, and when the answer came', async () => {
    await crashed()
    bench.find = async () => {
      await new Promise((resolve) => setTimeout(resolve, 70))
      return { kind: 'done' }
    }
    const recovering = bench.recover()
    await vi.advanceTimersByTimeAsync(70)
    await recovering
    expect(bench.attempts()[0]).toMatchObject({ outcome: 'recovered', askedMs: 0, answeredMs: 70 })
  })

  test('leaves alone what is running, what is finished, and other operations', async () => {
    await bench.run({ key: 'finished' })
    const bank = deferred<TestEffect>()
    bench.ask = () => bank.promise
    void bench.run({ key: 'running' })
    await vi.advanceTimersByTimeAsync(29_000)
    expect(await bench.recover()).toBe(0)
    await vi.advanceTimersByTimeAsync(2_000)
    expect(await bench.engine.recover({ ...bench.operation, name: 'test.other' }, 10, 'w')).toBe(0)
    expect(bench.found).toEqual([])
  })

  test('F29 five at once settle each record once', async () => {
    for (let n = 0; n < 8; n++) void crashed(`k${n}`)
    await vi.advanceTimersByTimeAsync(30_001)
    const checked = await Promise.all(Array.from({ length: 5 }, () => bench.recover()))
    expect(checked.reduce((sum, count) => sum + count, 0)).toBe(8)
    expect(bench.found).toHaveLength(8)
    expect(bench.lines.filter((line) => line === 'done 1')).toHaveLength(8)
  })

  test('takes no more than its limit', async () => {
    for (let n = 0; n < 8; n++) void crashed(`k${n}`)
    await vi.advanceTimersByTimeAsync(30_001)
    expect([
      await bench.recover(3),
      await bench.recover(3),
      await bench.recover(3),
      await bench.recover(3),
    ]).toEqual([3, 3, 2, 0])
  })

  test('still in doubt: parked again, and asked again only when it is due', async () => {
    await crashed()
    bench.find = () => Promise.reject(new Error('the bank is away'))
    expect(await bench.recover()).toBe(1)
    expect(bench.attempts()).toEqual([])
    expect(outcome(await bench.run())).toBe('outcome-unknown')
    await vi.advanceTimersByTimeAsync(4_999)
    expect(await bench.recover()).toBe(0)
    await vi.advanceTimersByTimeAsync(2)
    bench.find = async () => ({ kind: 'done' })
    expect(await bench.recover()).toBe(1)
    expect(outcome(await bench.run())).toBe('replayed')
  })

  test('F9 wakes those who wait for it', async () => {
    bench.ask = async () => ({ kind: 'doubt', reason: 'x' })
    await bench.run()
    const id = recordId({ merchantId: 'm', actor: 'shopper:a' }, 'test.do', 'k')
    await vi.advanceTimersByTimeAsync(5_001)
    const waiters = (bench.engine as unknown as { waiters: { sleep(id: string, ms: number): Promise<void> } })
      .waiters
    const before = Date.now()
    const slept = waiters.sleep(id, 60_000)
    await bench.recover()
    await slept
    expect(Date.now()).toBe(before)
  })

  test('a record that began nothing: parked, with an alert', async () => {
    await crashed()
    bench.forget(bench.asked[0] as string)
    expect(await bench.recover()).toBe(1)
    expect(bench.alerts()).toEqual(['parked for a person: the row that it began is missing'])
    expect(outcome(await bench.run())).toBe('outcome-unknown')
    expect(bench.found).toEqual([])
  })

  test('S17 a record that breaks the resolver raises an alert, and the others are settled', async () => {
    await crashed('bad')
    await crashed('good')
    const bad = bench.asked[0]
    const finish = bench.finish.bind(bench)
    bench.finish = (begun, effect) => {
      if (begun.subject === bad) throw new Error('poison')
      return finish(begun, effect)
    }
    expect(await bench.recover()).toBe(2)
    expect(bench.alerts()).toEqual(['a record in doubt could not be settled'])
    expect([outcome(await bench.run({ key: 'good' })), outcome(await bench.run({ key: 'bad' }))]).toEqual([
      'replayed',
      'outcome-unknown',
    ])
  })

  test('the store is away: the error is thrown, and the next round settles', async () => {
    await crashed()
    vi.spyOn(bench.store, 'takeOverdue').mockRejectedValueOnce(new StoreUnavailable('away'))
    await expect(bench.recover()).rejects.toThrow(StoreUnavailable)
    expect(await bench.recover()).toBe(1)
  })

  test('J3 a resolver that lost its own lease writes nothing and reports nothing', async () => {
    await crashed()
    const slow = deferred<TestEffect>()
    bench.find = () => slow.promise
    const first = bench.recover()
    await vi.advanceTimersByTimeAsync(30_001)
    bench.find = async () => ({ kind: 'done' })
    await bench.recover()
    slow.resolve({ kind: 'refused' })
    await first
    expect(bench.lines).toEqual(['begin 1', 'done 1'])
    expect(bench.attempts()).toHaveLength(1)
  })
})

describe('a stored record', () => {
  const change = (changes: Partial<IdempotencyRow>) => {
    const read = bench.store.read.bind(bench.store)
    vi.spyOn(bench.store, 'read').mockImplementation(async (merchantId, id) => {
      const row = await read(merchantId, id)
      return row && { ...row, ...changes }
    })
  }

  test.each<[string, Partial<IdempotencyRow>]>([
    ['the answer is cut', { answer: '{"cut' }],
    ['the status is gone', { status: null }],
    ['the problem is unknown', { problem: 'made-up' }],
    ['its fingerprint is of a later version', { fingerprintVersion: 99 }],
    ['its state is of a later version', { state: 'paused' as never }],
  ])('F40 %s: 500, an alert, nothing executed', async (_, changes) => {
    await bench.run()
    change(changes)
    expect(await bench.run()).toMatchObject({ problem: { kind: 'record-damaged' } })
    expect(bench.alerts()).toEqual(['a stored record cannot be read'])
    expect(bench.attempts().at(-1)).toMatchObject({ outcome: 'rejected', status: 500 })
    expect(bench.asked).toHaveLength(1)
  })

  test('F42 a tombstone: expired, and never executed again', async () => {
    await bench.run()
    change({ state: 'tombstone', answer: null, status: null })
    expect(await bench.run()).toMatchObject({ problem: { kind: 'answer-expired' } })
    expect(bench.asked).toHaveLength(1)
  })
})

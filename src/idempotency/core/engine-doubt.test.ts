import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { MemoryForm } from '../stores/memory'
import { deferred, outcome, type TestEffect, TestEngine } from '../testing/engine'
import { recordId } from './fingerprint'
import type { Claim } from './record'
import { CommitRefused, type StoredOutcome, StoreUnavailable } from './store'

let bench: TestEngine
beforeEach(() => {
  vi.useFakeTimers()
  bench = new TestEngine()
})
afterEach(() => vi.useRealTimers())

const record = () => bench.store.read('m', recordId({ merchantId: 'm', actor: 'shopper:a' }, 'test.do', 'k'))

describe('the answer of the outside is in doubt', () => {
  test.each<[string, (bench: TestEngine) => void]>([
    ['returns doubt', (b) => (b.ask = async () => ({ kind: 'doubt', reason: 'silence' }))],
    ['rejects', (b) => (b.ask = () => Promise.reject(new Error('socket hang up')))],
    [
      'throws at once',
      (b) =>
        (b.ask = () => {
          throw new Error('a bug in the adapter')
        }),
    ],
  ])('F25 when it %s: unknown, and parked', async (_, breakIt) => {
    breakIt(bench)
    expect(await bench.run()).toMatchObject({
      kind: 'problem',
      problem: { kind: 'outcome-unknown', retryAfterSeconds: 2 },
    })
    expect(await record()).toMatchObject({ state: 'unknown', answer: null })
    expect(bench.lines).toEqual(['begin 1', 'doubt 1'])
  })

  test('F25 every retry gets the same reply, and nothing is asked again', async () => {
    bench.ask = () => Promise.reject(new Error('silence'))
    for (let press = 0; press < 5; press++) expect(outcome(await bench.run())).toBe('outcome-unknown')
    await vi.advanceTimersByTimeAsync(24 * 3_600_000)
    expect(outcome(await bench.run())).toBe('outcome-unknown')
    expect(bench.asked).toHaveLength(1)
  })

  test('an interim answer is replayed until it is settled', async () => {
    bench.ask = async () => ({ kind: 'waiting' })
    const first = await bench.run()
    expect(outcome(first)).toBe('executed')
    expect(await bench.run()).toEqual({ ...first, outcome: 'replayed' })
    expect(await record()).toMatchObject({ state: 'unknown' })
  })

  test('F32 our own code fails on the answer: the outcome is not known, and an alert is raised', async () => {
    bench.finish = () => {
      throw new Error('a bug in finish')
    }
    expect(outcome(await bench.run())).toBe('outcome-unknown')
    expect(bench.alerts()).toEqual(['a request failed after it had asked'])
    await vi.advanceTimersByTimeAsync(30_001)
    expect(outcome(await bench.run())).toBe('outcome-unknown')
    expect(bench.asked).toHaveLength(1)
  })
})

describe('R8 the client disconnects', () => {
  test('F27 the request is carried on to its end, and the answer waits in the record', async () => {
    const bank = deferred<TestEffect>()
    bench.ask = () => bank.promise
    // The reply has no reader any more.
    void bench.run()
    await vi.advanceTimersByTimeAsync(0)
    let idle = false
    const drained = bench.engine.idle().then(() => {
      idle = true
    })
    await vi.advanceTimersByTimeAsync(10_000)
    expect(idle).toBe(false)
    bank.resolve({ kind: 'done' })
    await drained
    expect(outcome(await bench.run())).toBe('replayed')
  })

  test('S10 idle returns at once when nothing runs, and waits for what starts while it waits, and for what fails', async () => {
    await bench.engine.idle()
    const banks = [deferred<TestEffect>(), deferred<TestEffect>()]
    bench.ask = () => (banks[bench.asked.length - 1] as (typeof banks)[0]).promise
    void bench.run()
    await vi.advanceTimersByTimeAsync(0)
    let idle = false
    const drained = bench.engine.idle().then(() => {
      idle = true
    })
    vi.spyOn(bench.store, 'read').mockRejectedValueOnce(new StoreUnavailable('away'))
    await expect(bench.run({ key: 'k2' })).rejects.toThrow(StoreUnavailable)
    const late = bench.run({ key: 'k3' })
    banks[0]?.resolve({ kind: 'done' })
    await vi.advanceTimersByTimeAsync(1_000)
    expect(idle).toBe(false)
    banks[1]?.resolve({ kind: 'done' })
    await drained
    expect(outcome(await late)).toBe('executed')
  })
})

describe('S10 a process that is stopped', () => {
  test('finishes running work, replays stored answers, and begins nothing: the same key works elsewhere', async () => {
    await bench.run({ key: 'done' })
    const bank = deferred<TestEffect>()
    bench.ask = () => bank.promise
    const running = bench.run({ key: 'running' })
    await vi.advanceTimersByTimeAsync(0)
    bench.engine.close()
    expect(await bench.run({ key: 'new' })).toMatchObject({
      problem: { kind: 'unavailable', retryAfterSeconds: 1 },
    })
    expect(outcome(await bench.run({ key: 'done' }))).toBe('replayed')
    bank.resolve({ kind: 'done' })
    expect(outcome(await running)).toBe('executed')
    bench.ask = async () => ({ kind: 'done' })
    expect(outcome(await bench.run({ key: 'new' }, bench.process()))).toBe('executed')
    expect(bench.asked).toHaveLength(3)
  })
})

describe('the answer cannot be stored', () => {
  const commits = (
    fail: (call: number, claim: Claim, next: StoredOutcome<MemoryForm>) => Promise<boolean> | null,
  ) => {
    const commit = bench.store.commit.bind(bench.store)
    let call = 0
    return vi
      .spyOn(bench.store, 'commit')
      .mockImplementation((claim, next) => fail(++call, claim, next) ?? commit(claim, next))
  }
  const settled = async () => {
    const reply = bench.run()
    await vi.advanceTimersByTimeAsync(3_001)
    return outcome(await reply)
  }

  test.each([1, 2, 3, 4, 5])('F16 %d times: it is tried again, and answered once', async (times) => {
    const spy = commits((call) => (call <= times ? Promise.reject(new StoreUnavailable('away')) : null))
    expect(await settled()).toBe('executed')
    expect([spy.mock.calls.length, bench.asked.length, bench.lines]).toEqual([
      times + 1,
      1,
      ['begin 1', 'done 1'],
    ])
  })

  test('F16 for longer than we can wait: unknown, an alert, and the record is left for the resolver', async () => {
    const spy = commits(() => Promise.reject(new StoreUnavailable('away')))
    expect(await settled()).toBe('outcome-unknown')
    expect([spy.mock.calls.length, bench.alerts()]).toEqual([6, ['an answer could not be stored (fence 1)']])
    spy.mockRestore()
    expect(await record()).toMatchObject({ state: 'sending', answer: null })
    await vi.advanceTimersByTimeAsync(30_000)
    await bench.recover()
    expect(outcome(await bench.run())).toBe('replayed')
    expect(bench.asked).toHaveLength(1)
  })

  test('N7a the commit went through and its answer was lost: the record answers, nothing is written twice', async () => {
    const commit = bench.store.commit.bind(bench.store)
    commits((call, claim, next) =>
      call > 1
        ? null
        : commit(claim, next).then(() => Promise.reject(new StoreUnavailable('cut after COMMIT'))),
    )
    expect(await settled()).toBe('replayed')
    expect(bench.lines).toEqual(['begin 1', 'done 1'])
  })

  test('N7a and then the record cannot be read either: unknown, never "nothing happened"', async () => {
    const commit = bench.store.commit.bind(bench.store)
    const read = bench.store.read.bind(bench.store)
    commits((call, claim, next) =>
      call > 1
        ? null
        : commit(claim, next).then(() => Promise.reject(new StoreUnavailable('cut after COMMIT'))),
    )
    vi.spyOn(bench.store, 'read')
      .mockImplementationOnce(read)
      .mockRejectedValueOnce(new StoreUnavailable('away'))
    expect(await settled()).toBe('outcome-unknown')
    expect(outcome(await bench.run())).toBe('replayed')
  })

  test('a write that a guard refuses is not tried again: unknown, and an alert', async () => {
    bench.finish = () => ({
      to: 'completed',
      answer: { status: 200, problem: null, body: '{}' },
      writes: [bench.line('wrong', 2)],
    })
    const spy = vi.spyOn(bench.store, 'commit')
    expect(outcome(await bench.run())).toBe('outcome-unknown')
    expect(spy).toHaveBeenCalledTimes(1)
    expect(bench.events.find((event) => event.step === 'alert')).toMatchObject({
      error: expect.any(CommitRefused),
    })
    expect(bench.lines).toEqual(['begin 1'])
  })
})

describe('F41 the store is away before the claim', () => {
  test.each(['read', 'claim'] as const)(
    '%s fails: the error is thrown, nothing is asked, and the same key works afterwards',
    async (verb) => {
      vi.spyOn(bench.store, verb).mockRejectedValueOnce(new StoreUnavailable('away'))
      await expect(bench.run()).rejects.toThrow(StoreUnavailable)
      expect(bench.asked).toEqual([])
      expect(outcome(await bench.run())).toBe('executed')
    },
  )
})

describe('F18 the lease is lost while the bank is being asked', () => {
  test('the zombie writes nothing, and answers from the record', async () => {
    const bank = deferred<TestEffect>()
    bench.stopBeating()
    bench.ask = () => bank.promise
    const zombie = bench.run()
    await vi.advanceTimersByTimeAsync(30_001)
    bench.find = async () => ({ kind: 'refused' })
    expect(await bench.recover()).toBe(1)
    bank.resolve({ kind: 'done' })
    expect(await zombie).toMatchObject({ outcome: 'replayed', answer: { problem: 'payment-declined' } })
    expect(bench.lines).toEqual(['begin 1', 'refused 1'])
    expect(bench.events.filter((event) => event.step === 'lost-lease')).toMatchObject([{ fence: 1 }])
  })

  test('and the resolver does not know yet: unknown, until it does', async () => {
    const bank = deferred<TestEffect>()
    bench.stopBeating()
    bench.ask = () => bank.promise
    const zombie = bench.run()
    await vi.advanceTimersByTimeAsync(30_001)
    bench.find = async () => ({ kind: 'doubt', reason: 'nothing yet' })
    await bench.recover()
    bank.resolve({ kind: 'done' })
    expect(outcome(await zombie)).toBe('outcome-unknown')
    expect(bench.lines).toEqual(['begin 1', 'doubt 1'])
    bench.find = async () => ({ kind: 'done' })
    await vi.advanceTimersByTimeAsync(5_001)
    await bench.recover()
    expect(outcome(await bench.run())).toBe('replayed')
  })
})

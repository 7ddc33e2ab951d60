import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { deferred, outcome, SUBJECT, type TestEffect, TestEngine } from '../testing/engine'
import type { EngineReply } from './request'
import { StoreUnavailable } from './store'

let bench: TestEngine
let bank: ReturnType<typeof deferred<TestEffect>>
beforeEach(() => {
  vi.useFakeTimers()
  bench = new TestEngine()
  bank = deferred<TestEffect>()
})
afterEach(() => vi.useRealTimers())

/** A first request, which hangs at the bank until the test lets it answer. */
function start(): Promise<EngineReply> {
  bench.ask = () => bank.promise
  return bench.run()
}

describe('a second request while the first one runs', () => {
  test('does not wait when it may not: in progress, with the same key to be sent again', async () => {
    void start()
    await vi.advanceTimersByTimeAsync(0)
    expect(await bench.run({ waitMs: 0 })).toMatchObject({
      problem: { kind: 'in-progress', retryAfterSeconds: 1 },
    })
    expect(bench.asked).toHaveLength(1)
  })

  test('waits as long as its operation says, where the request itself does not', async () => {
    void start()
    await vi.advanceTimersByTimeAsync(0)
    const { waitMs: _, ...request } = bench.request()
    const endsWithin = async (ms: number) => {
      let reply: EngineReply | null = null
      void bench.engine.run(bench.operation, request).then((given) => (reply = given))
      await vi.advanceTimersByTimeAsync(ms)
      return reply !== null
    }
    expect([await endsWithin(4_900), await endsWithin(5_500)]).toEqual([false, true])
    bench.operation.waitMs = 0
    expect(await endsWithin(0)).toBe(true)
    bench.operation.waitMs = 9_000
    expect([await endsWithin(8_900), await endsWithin(9_500)]).toEqual([false, true])
  })

  test('joins: wakes in the moment the first one ends, with its answer', async () => {
    void start()
    await vi.advanceTimersByTimeAsync(0)
    const second = bench.run({ waitMs: 10_000 })
    await vi.advanceTimersByTimeAsync(2_000)
    const before = Date.now()
    bank.resolve({ kind: 'done' })
    const reply = await second
    expect([outcome(reply), Date.now() - before]).toEqual(['joined', 0])
    expect(reply).toMatchObject({ answer: { body: `{"did":"done","subject":"${SUBJECT}"}` } })
  })

  test('F9 joins in another process too, where nothing wakes it', async () => {
    void start()
    await vi.advanceTimersByTimeAsync(0)
    const second = bench.run({ waitMs: 10_000 }, bench.process())
    await vi.advanceTimersByTimeAsync(2_000)
    bank.resolve({ kind: 'done' })
    await vi.advanceTimersByTimeAsync(400)
    expect(outcome(await second)).toBe('joined')
  })

  test('F8 reads the store rarely while it waits: 29 reads in 10 s', async () => {
    void start()
    await vi.advanceTimersByTimeAsync(0)
    const read = vi.spyOn(bench.store, 'read')
    const second = bench.run({ waitMs: 10_000 })
    await vi.advanceTimersByTimeAsync(11_000)
    expect(outcome(await second)).toBe('in-progress')
    expect(read.mock.calls.length).toBeLessThan(31)
    expect(read.mock.calls.length).toBeGreaterThan(20)
  })

  test('waits for another key’s payment without haste: requests with one key do not wake each other in turn', async () => {
    bench.refusal = async () => ({ kind: 'busy' })
    const claims = vi.spyOn(bench.store, 'takeOver')
    const waiting = [1, 2, 3].map(() => bench.run({ waitMs: 10_000 }))
    await vi.advanceTimersByTimeAsync(11_000)
    expect((await Promise.all(waiting)).map(outcome)).toEqual(Array(3).fill('in-progress'))
    expect(claims.mock.calls.length).toBeLessThan(100)
  })

  test('gives up in time: not before its budget, nor a check later', async () => {
    void start()
    await vi.advanceTimersByTimeAsync(0)
    let reply: EngineReply | undefined
    void bench.run({ waitMs: 5_000 }).then((answer) => {
      reply = answer
    })
    await vi.advanceTimersByTimeAsync(4_999)
    expect(reply).toBeUndefined()
    await vi.advanceTimersByTimeAsync(401)
    expect(reply && outcome(reply)).toBe('in-progress')
  })

  test('that joins a doubt gets *outcome-unknown*', async () => {
    void start()
    await vi.advanceTimersByTimeAsync(0)
    const second = bench.run({ waitMs: 10_000 })
    await vi.advanceTimersByTimeAsync(100)
    bank.resolve({ kind: 'doubt', reason: 'silence' })
    expect(outcome(await second)).toBe('outcome-unknown')
  })

  test('that joins an interim answer gets it', async () => {
    void start()
    await vi.advanceTimersByTimeAsync(0)
    const second = bench.run({ waitMs: 10_000 })
    await vi.advanceTimersByTimeAsync(100)
    bank.resolve({ kind: 'waiting' })
    expect(await second).toMatchObject({
      outcome: 'joined',
      answer: { body: expect.stringContaining('waiting') },
    })
  })
})

describe('the race for the record', () => {
  test('F6 a loser that finds the winner finished replays, even if it may not wait', async () => {
    // The loser reads "no record", and the winner runs to its end before the loser claims.
    const claim = bench.store.claim.bind(bench.store)
    let gate: Promise<unknown> = Promise.resolve()
    vi.spyOn(bench.store, 'claim').mockImplementationOnce(async (record, begin) => {
      await gate
      return claim(record, begin)
    })
    const winner = deferred<void>()
    gate = winner.promise
    const loser = bench.run({ waitMs: 0 })
    await vi.advanceTimersByTimeAsync(0)
    expect(outcome(await bench.run({ waitMs: 0 }, bench.process()))).toBe('executed')
    winner.resolve()
    expect(outcome(await loser)).toBe('replayed')
    expect(bench.asked).toHaveLength(1)
  })

  test('C15 of a hundred that arrive at once in one process one claims, and the others never write to the store', async () => {
    const claim = vi.spyOn(bench.store, 'claim')
    const all = Promise.all(Array.from({ length: 100 }, () => bench.run({ waitMs: 10_000 })))
    await vi.advanceTimersByTimeAsync(1_000)
    const outcomes = (await all).map(outcome)
    expect(outcomes.filter((one) => one === 'executed')).toHaveLength(1)
    expect(outcomes.filter((one) => one === 'joined')).toHaveLength(99)
    expect(claim).toHaveBeenCalledTimes(1)
  })

  test('F5 a loser whose winner’s record is gone claims again, and never runs without a claim', async () => {
    const claim = vi.spyOn(bench.store, 'claim').mockResolvedValueOnce(null)
    expect(outcome(await bench.run())).toBe('executed')
    expect(claim).toHaveBeenCalledTimes(2)
    expect(bench.lines).toEqual(['begin 1', 'done 1'])
  })

  test('T3 of ten that find an expired claim one takes it over, the others get its answer', async () => {
    bench.refusal = async () => ({ kind: 'problem', problem: { kind: 'order-changed', detail: 'x' } })
    await bench.run()
    bench.refusal = null
    await vi.advanceTimersByTimeAsync(1)
    const calls = Array.from({ length: 10 }, () => bench.run({ waitMs: 1_000 }))
    await vi.advanceTimersByTimeAsync(1_000)
    const outcomes = (await Promise.all(calls)).map(outcome)
    expect(outcomes.filter((one) => one === 'executed')).toHaveLength(1)
    expect(bench.asked).toHaveLength(1)
  })

  test('F17 a claim left by a crash is taken over when its lease is over, not before', async () => {
    // A process that dies between its claim and its first write.
    bench.refusal = () => new Promise(() => undefined)
    void bench.run()
    await vi.advanceTimersByTimeAsync(0)
    bench.refusal = null
    await vi.advanceTimersByTimeAsync(29_999)
    expect(outcome(await bench.run({}, bench.process()))).toBe('in-progress')
    await vi.advanceTimersByTimeAsync(2)
    const reply = await bench.run({}, bench.process())
    expect(outcome(reply)).toBe('executed')
    expect(bench.attempts().at(-1)).toMatchObject({ fence: 2 })
  })

  test('a sent one is never taken over: after its lease it is in doubt', async () => {
    bench.stopBeating()
    void start()
    await vi.advanceTimersByTimeAsync(30_001)
    expect(await bench.run()).toMatchObject({ problem: { kind: 'outcome-unknown', retryAfterSeconds: 2 } })
    expect(bench.asked).toHaveLength(1)
  })
})

describe('a record that was read ahead', () => {
  const scope = { merchantId: 'm', actor: 'shopper:a' }
  const ahead = (of: { scope?: typeof scope; key?: string; operation?: string } = {}) =>
    bench.engine.readAhead(of.operation ?? 'test.do', { scope: of.scope ?? scope, key: of.key ?? 'k' })

  test('is not read again', async () => {
    await bench.run()
    const read = vi.spyOn(bench.store, 'read')
    expect(outcome(await bench.run({ readAhead: ahead() }))).toBe('replayed')
    expect(read).toHaveBeenCalledTimes(1)
  })

  test.each<[string, Partial<{ scope: typeof scope; key: string }>]>([
    ['another merchant', { scope: { merchantId: 'other', actor: 'shopper:a' } }],
    ['another actor', { scope: { merchantId: 'm', actor: 'shopper:b' } }],
    ['another key', { key: 'other' }],
  ])('of %s, who has an answer, is not looked at', async (_, of) => {
    await bench.run(of)
    const reply = await bench.run({ readAhead: ahead(of) })
    expect([outcome(reply), bench.asked.length]).toEqual(['executed', 2])
  })

  test('of another operation is not looked at', async () => {
    const read = vi.spyOn(bench.store, 'read')
    await bench.run({ readAhead: ahead({ operation: 'test.other' }) })
    expect(read).toHaveBeenCalledTimes(2)
  })

  test('and has been claimed since: the claim decides, and the answer of the other is replayed', async () => {
    const early = ahead()
    expect(await early.row).toBeNull()
    await bench.run()
    expect(outcome(await bench.run({ readAhead: early }))).toBe('replayed')
    expect(bench.asked).toHaveLength(1)
  })

  test('that could not be read fails the request that needs it, and nothing else', async () => {
    const read = vi.spyOn(bench.store, 'read').mockRejectedValue(new StoreUnavailable('away'))
    const early = ahead()
    await vi.advanceTimersByTimeAsync(0)
    read.mockRestore()
    await expect(bench.run({ readAhead: early })).rejects.toBeInstanceOf(StoreUnavailable)
    expect(outcome(await bench.run())).toBe('executed')
  })
})

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { deferred, outcome, TestEngine } from '../testing/engine'
import { recordId } from './fingerprint'

let bench: TestEngine
beforeEach(() => {
  vi.useFakeTimers()
  bench = new TestEngine()
})
afterEach(() => vi.useRealTimers())

const ID = recordId({ merchantId: 'm', actor: 'shopper:a' }, 'test.do', 'k')
const hint = () => bench.engine.hint(bench.operation, { merchantId: 'm', recordId: ID }, 'bank')
const inDoubt = async () => {
  bench.ask = async () => ({ kind: 'doubt', reason: 'silence' })
  await bench.run()
}

/** Runs that many rounds of the resolver, far enough apart that each record is due. */
async function rounds(times: number): Promise<void> {
  for (let round = 0; round < times; round++) {
    await vi.advanceTimersByTimeAsync(61_000)
    await bench.recover()
  }
}

describe('parking', () => {
  test('I7 a bank that never answers: parked after 120 look-ups, with an alert and a trace, and asked no more', async () => {
    await inDoubt()
    bench.find = async () => ({ kind: 'doubt', reason: 'silence' })
    await rounds(118)
    expect(bench.alerts()).toEqual([])
    await rounds(5)
    expect(bench.found).toHaveLength(119)
    expect(bench.alerts()).toEqual(['parked for a person: asked 120 times without an answer'])
    expect(bench.lines.at(-1)).toBe('parked: asked 120 times without an answer')
    expect(outcome(await bench.run())).toBe('outcome-unknown')
  })

  test('an interim answer restarts the count: a record that waits for a shopper is not parked', async () => {
    await inDoubt()
    for (let round = 0; round < 3; round++) {
      bench.find = async () => ({ kind: 'doubt', reason: 'silence' })
      await rounds(100)
      bench.find = async () => ({ kind: 'waiting' })
      await rounds(1)
    }
    expect(bench.alerts()).toEqual([])
  })

  test('S17 a poison record is parked after 8 failures; the others flow', async () => {
    await inDoubt()
    const finish = bench.finish.bind(bench)
    bench.finish = () => {
      throw new Error('poison')
    }
    await rounds(8)
    expect(bench.alerts()).toEqual(Array(8).fill('a record in doubt could not be settled'))
    await rounds(3)
    expect(bench.alerts().slice(8)).toEqual(['parked for a person: it could not be settled 8 times in a row'])
    bench.finish = finish
    await bench.run({ key: 'other' })
    await rounds(1)
    expect(outcome(await bench.run({ key: 'other' }))).toBe('replayed')
    expect(outcome(await bench.run())).toBe('outcome-unknown')
  })

  test('S17 one that kills its process counts too: the count is made at the take-over', async () => {
    await inDoubt()
    bench.find = () => new Promise(() => undefined)
    bench.stopBeating()
    for (let death = 0; death < 8; death++) {
      await vi.advanceTimersByTimeAsync(61_000)
      void bench.recover()
      await vi.advanceTimersByTimeAsync(0)
    }
    expect(bench.found).toHaveLength(8)
    await rounds(2)
    expect(bench.found).toHaveLength(8)
    expect(bench.alerts()).toEqual(['parked for a person: it could not be settled 8 times in a row'])
  })

  test('G5 G8 an outcome that asking again cannot settle is parked at once, with the operation’s own writes', async () => {
    bench.finish = () => ({
      to: 'parked',
      answer: null,
      reason: 'the bank contradicts itself',
      writes: [bench.line('seen')],
    })
    expect(outcome(await bench.run())).toBe('outcome-unknown')
    expect(bench.lines).toEqual(['begin 1', 'seen', 'parked: the bank contradicts itself'])
    expect(bench.alerts()).toEqual(['parked for a person: the bank contradicts itself'])
    await rounds(3)
    await hint()
    expect(bench.found).toEqual([])
  })

  test('an operator puts it back, and the resolver settles it', async () => {
    bench.finish = () => ({ to: 'parked', answer: null, reason: 'x', writes: [] })
    await bench.run()
    bench.finish = TestEngine.prototype.finish
    expect(await bench.store.unpark('m', ID, [bench.line('by ada')])).toBe(true)
    await rounds(1)
    expect(outcome(await bench.run())).toBe('replayed')
    expect(bench.lines).toEqual(['begin 1', 'parked: x', 'by ada', 'done 1'])
  })
})

describe('a hint', () => {
  test('W3 settles a record in doubt at once, by asking', async () => {
    await inDoubt()
    await hint()
    expect(bench.found).toHaveLength(1)
    expect(outcome(await bench.run())).toBe('replayed')
  })

  test('W1 a hundred times: one effect', async () => {
    await inDoubt()
    await Promise.all(Array.from({ length: 100 }, hint))
    expect(bench.found).toHaveLength(1)
    expect(bench.lines.filter((line) => line === 'done 1')).toHaveLength(1)
  })

  test('W2 W4 about an unknown, running or finished record changes nothing', async () => {
    await hint()
    const bank = deferred<{ kind: 'done' }>()
    bench.ask = () => bank.promise
    const running = bench.run()
    await vi.advanceTimersByTimeAsync(0)
    await hint()
    bank.resolve({ kind: 'done' })
    await running
    await hint()
    expect([bench.found, bench.lines]).toEqual([[], ['begin 1', 'done 1']])
  })

  test('during a check leaves the record to that check', async () => {
    await inDoubt()
    await vi.advanceTimersByTimeAsync(61_000)
    const slow = deferred<{ kind: 'done' }>()
    bench.find = () => slow.promise
    const check = bench.recover()
    await vi.advanceTimersByTimeAsync(0)
    await hint()
    slow.resolve({ kind: 'done' })
    await check
    expect([bench.found.length, bench.lines]).toEqual([1, ['begin 1', 'doubt 1', 'done 1']])
  })
})

describe('N7a the answer to the claim was lost', () => {
  test('what was begun is read again, and the bank is asked once', async () => {
    const claim = bench.store.claim.bind(bench.store)
    vi.spyOn(bench.store, 'claim').mockImplementationOnce(async (...args) => {
      const claimed = await claim(...args)
      return claimed && { ...claimed, begun: { kind: 'answer-lost' } }
    })
    expect(outcome(await bench.run())).toBe('executed')
    expect([bench.asked.length, bench.lines]).toEqual([1, ['begin 1', 'done 1']])
  })

  test('and cannot be read again: an error, nothing asked, and the resolver finds that nothing happened', async () => {
    const claim = bench.store.claim.bind(bench.store)
    vi.spyOn(bench.store, 'claim').mockImplementationOnce(async (...args) => {
      const claimed = await claim(...args)
      return claimed && { ...claimed, begun: { kind: 'answer-lost' } }
    })
    vi.spyOn(bench.operation, 'recall').mockResolvedValueOnce(null)
    await expect(bench.run()).rejects.toThrow('the row that was begun cannot be read')
    expect(bench.asked).toEqual([])
    bench.find = async () => ({ kind: 'refused' })
    await rounds(1)
    expect(outcome(await bench.run())).toBe('replayed')
  })
})

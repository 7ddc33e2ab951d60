import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ALREADY, deferred, outcome, SUBJECT, type TestEffect, TestEngine } from '../testing/engine'
import { recordId } from './fingerprint'

let bench: TestEngine
beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-03-01T12:00:00Z') })
  bench = new TestEngine()
})
afterEach(() => vi.useRealTimers())

describe('executes once', () => {
  test('positive control: asks, commits, answers', async () => {
    const reply = await bench.run()
    const at = new Date('2026-03-01T12:00:00Z')
    expect(reply).toEqual({
      kind: 'answer',
      outcome: 'executed',
      answer: { status: 200, problem: null, body: `{"did":"done","subject":"${SUBJECT}"}` },
      firstExecutedAt: at,
      expiresAt: new Date('2026-03-31T12:00:00Z'),
    })
    expect([bench.asked, bench.lines]).toEqual([[SUBJECT], ['begin 1', 'done 1']])
    expect(bench.events.map((event) => event.step)).toEqual([
      'claimed',
      'asking',
      'asked',
      'committed',
      'attempt',
    ])
  })

  test('C15 for 500 calls at once, and gives all the same bytes', async () => {
    const calls = Array.from({ length: 500 }, () => bench.run({ waitMs: 1_000 }))
    await vi.advanceTimersByTimeAsync(1_000)
    const replies = await Promise.all(calls)
    expect([bench.asked.length, bench.lines]).toEqual([1, ['begin 1', 'done 1']])
    expect(new Set(replies.map((reply) => JSON.stringify({ ...reply, outcome: null })))).toHaveLength(1)
    expect(replies.filter((reply) => outcome(reply) === 'executed')).toHaveLength(1)
  })

  test('each key, actor, merchant and operation by itself', async () => {
    await bench.run()
    await bench.run({ key: 'k2' })
    await bench.run({ scope: { merchantId: 'm', actor: 'shopper:b' } })
    await bench.run({ scope: { merchantId: 'n', actor: 'shopper:a' } })
    await bench.engine.run({ ...bench.operation, name: 'test.other' }, request())
    expect(bench.asked).toHaveLength(5)
  })

  test('the record id is that of scope, operation and key', async () => {
    await bench.run()
    expect(
      await bench.store.read('m', recordId({ merchantId: 'm', actor: 'shopper:a' }, 'test.do', 'k')),
    ).toMatchObject({ state: 'completed' })
  })
})

describe('in a store that has lost the record', () => {
  const askTwice = async (operation = bench.operation) => {
    await bench.engine.run(operation, request())
    bench.store.restore([])
    await bench.engine.run(operation, request())
    return bench.asked
  }

  test('D14 D20 the same key works on a row of the same id, by which the outside knows it', async () => {
    expect(await askTwice()).toEqual([SUBJECT, SUBJECT])
  })

  test('an operation with random subjects works on a new row', async () => {
    const [first, second] = await askTwice({ ...bench.operation, randomSubject: true })
    expect([first, second]).toEqual([expect.stringMatching(/^subject-/), expect.stringMatching(/^subject-/)])
    expect(second).not.toBe(first)
  })
})

describe('replays', () => {
  test('F35 a success and a decline, byte for byte, and asks nothing', async () => {
    for (const [key, kind] of [
      ['yes', 'done'],
      ['no', 'refused'],
    ] as const) {
      bench.ask = async () => ({ kind })
      const first = await bench.run({ key })
      const again = await bench.run({ key })
      expect(again).toEqual({ ...first, outcome: 'replayed' })
    }
    expect(bench.asked).toHaveLength(2)
  })

  test('name the time of the first execution, not of the repeat', async () => {
    await bench.run()
    await vi.advanceTimersByTimeAsync(3_600_000)
    expect(await bench.run()).toMatchObject({
      outcome: 'replayed',
      firstExecutedAt: new Date('2026-03-01T12:00:00Z'),
    })
  })

  test('F65 another value of a volatile member', async () => {
    await bench.run({ input: { amount: 1, at: 1 } })
    expect(outcome(await bench.run({ input: { amount: 1, at: 2 } }))).toBe('replayed')
  })

  test('writes nothing', async () => {
    await bench.run()
    for (const verb of ['claim', 'takeOver', 'commit', 'release', 'takeOverdue'] as const) {
      vi.spyOn(bench.store, verb).mockRejectedValue(new Error(`a replay called ${verb}`))
    }
    expect(outcome(await bench.run())).toBe('replayed')
  })
})

describe('a different payload under the same key', () => {
  test('F37 is refused, and executes nothing', async () => {
    await bench.run()
    expect(await bench.run({ input: { amount: 2 } })).toMatchObject({
      kind: 'problem',
      problem: { kind: 'key-reused' },
    })
    expect(bench.lines).toEqual(['begin 1', 'done 1'])
  })

  test('F38 at once, while the first one runs', async () => {
    const bank = deferred<TestEffect>()
    bench.ask = () => bank.promise
    const first = bench.run()
    await vi.advanceTimersByTimeAsync(0)
    expect(outcome(await bench.run({ input: { amount: 2 }, waitMs: 10_000 }))).toBe('key-reused')
    bank.resolve({ kind: 'done' })
    expect(outcome(await first)).toBe('executed')
  })
})

describe('O5 an answer over 1 MiB', () => {
  const answering = (bytes: number) => {
    bench.finish = ({ amount }) => ({
      to: 'completed',
      answer: { status: 200, problem: null, body: `"${'x'.repeat(bytes - 2)}"` },
      writes: [bench.line(`done ${amount}`)],
    })
  }

  test('is sent once: what it is about was done once, and a retry learns of the row', async () => {
    answering(1_048_577)
    expect(await bench.run()).toMatchObject({ outcome: 'executed', answer: { status: 200 } })
    expect(await bench.run()).toMatchObject({
      problem: { kind: 'answer-expired', facts: { subject: SUBJECT } },
    })
    expect([bench.asked, bench.lines]).toEqual([[SUBJECT], ['begin 1', 'done 1']])
    expect(outcome(await bench.run({ input: { amount: 2 } }))).toBe('key-reused')
  })

  test('settles a doubt as well', async () => {
    bench.ask = () => Promise.reject(new Error('silence'))
    expect(outcome(await bench.run())).toBe('outcome-unknown')
    answering(1_048_577)
    await vi.advanceTimersByTimeAsync(5_001)
    expect(await bench.recover()).toBe(1)
    expect(outcome(await bench.run())).toBe('answer-expired')
    expect(bench.lines.at(-1)).toBe('done 1')
  })

  test('of 1 MiB is stored', async () => {
    answering(1_048_576)
    await bench.run()
    expect(outcome(await bench.run())).toBe('replayed')
  })
})

describe('begin is refused', () => {
  test('with an answer: stored for good', async () => {
    bench.refusal = async () => ({ kind: 'answer', answer: ALREADY })
    expect(await bench.run()).toMatchObject({ outcome: 'rejected', answer: ALREADY })
    bench.refusal = null
    expect(await bench.run()).toMatchObject({ outcome: 'replayed', answer: ALREADY })
    expect([bench.asked, bench.lines]).toEqual([[], []])
  })

  test('F36 with a problem: it is the reply, and the key is free at once', async () => {
    bench.refusal = async () => ({ kind: 'problem', problem: { kind: 'order-changed', detail: 'changed' } })
    expect(await bench.run()).toEqual({
      kind: 'problem',
      problem: { kind: 'order-changed', detail: 'changed' },
    })
    bench.refusal = null
    await vi.advanceTimersByTimeAsync(1)
    expect(outcome(await bench.run())).toBe('executed')
  })

  test('F36 with a problem: the corrected request does not collide with the first one’s contents', async () => {
    bench.refusal = async () => ({ kind: 'problem', problem: { kind: 'order-changed', detail: 'changed' } })
    await bench.run()
    bench.refusal = null
    await vi.advanceTimersByTimeAsync(1)
    // Nothing was begun under the key, so the corrected request gets it; from then on the key belongs to that
    // request.
    expect(outcome(await bench.run({ input: { amount: 2 } }))).toBe('executed')
    expect(outcome(await bench.run({ input: { amount: 1 } }))).toBe('key-reused')
  })

  test('busy: waits for the other key, then has its turn', async () => {
    bench.refusal = async () => ({ kind: 'busy' })
    const reply = bench.run({ waitMs: 1_000 })
    await vi.advanceTimersByTimeAsync(500)
    bench.refusal = null
    await vi.advanceTimersByTimeAsync(500)
    expect(outcome(await reply)).toBe('executed')
  })

  test('busy to the end of the wait: in progress, and the key is free', async () => {
    bench.refusal = async () => ({ kind: 'busy' })
    const reply = bench.run({ waitMs: 1_000 })
    await vi.advanceTimersByTimeAsync(1_500)
    expect(outcome(await reply)).toBe('in-progress')
    bench.refusal = null
    expect(outcome(await bench.run())).toBe('executed')
  })

  test('F31 and finding the reason fails: the error is thrown, the key is free for the next try', async () => {
    bench.refusal = async () => {
      throw new Error('a bug of ours')
    }
    await expect(bench.run()).rejects.toThrow('a bug of ours')
    bench.refusal = null
    await vi.advanceTimersByTimeAsync(1)
    expect(outcome(await bench.run())).toBe('executed')
  })
})

describe('the attempt log', () => {
  test('gets outcome, status, fence and time of each attempt, in the order of the replies', async () => {
    bench.ask = async () => {
      await new Promise((resolve) => setTimeout(resolve, 250))
      return { kind: 'done' }
    }
    const first = bench.run()
    await vi.advanceTimersByTimeAsync(250)
    await first
    await bench.run()
    await bench.run({ input: { amount: 2 } })
    const about = { merchantId: 'm', operation: 'test.do', source: 'test', requestId: 'q', presses: 1 }
    expect(bench.attempts()).toMatchObject([
      {
        ...about,
        outcome: 'executed',
        status: 200,
        problem: null,
        fence: 1,
        durationMs: 250,
        askedMs: 0,
        answeredMs: 250,
        at: new Date('2026-03-01T12:00:00Z'),
      },
      {
        ...about,
        outcome: 'replayed',
        status: 200,
        problem: null,
        fence: null,
        durationMs: 0,
        askedMs: null,
      },
      { ...about, outcome: 'rejected', status: 422, problem: 'key-reused', fence: null, askedMs: null },
    ])
  })

  test('an answer is kept for as long as the operation stated when its key was first claimed', async () => {
    const expires = async (key: string) => {
      const reply = await bench.run({ key })
      if (reply.kind !== 'answer') throw new Error('expected an answer')
      return (reply.expiresAt.getTime() - reply.firstExecutedAt.getTime()) / (24 * 3_600_000)
    }
    expect(await expires('k')).toBe(30)
    bench.operation.retentionDays = 90
    expect([await expires('k'), await expires('l')]).toEqual([30, 90])
    bench.operation.retentionDays = 7
    expect([await expires('l'), await expires('m')]).toEqual([90, 7])
  })

  test('says when the outside was asked and when it answered, also where no answer could be stored', async () => {
    bench.ask = async () => {
      await new Promise((resolve) => setTimeout(resolve, 40))
      throw new Error('no answer')
    }
    const first = bench.run()
    await vi.advanceTimersByTimeAsync(40)
    await first
    expect(bench.attempts()).toMatchObject([{ problem: 'outcome-unknown', askedMs: 0, answeredMs: 40 }])
  })

  test('F59 never gets the key', async () => {
    await bench.run({ key: 'canary-key' })
    await bench.run({ key: 'canary-key', input: { amount: 2 } })
    expect(JSON.stringify(bench.events)).not.toContain('canary')
  })
})

function request() {
  return {
    scope: { merchantId: 'm', actor: 'shopper:a' },
    key: 'k',
    input: { amount: 1 },
    waitMs: 0,
    source: 'test',
    requestId: 'q',
  }
}

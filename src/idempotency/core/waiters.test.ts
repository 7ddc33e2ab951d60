import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from './clock'
import { Waiters } from './waiters'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function sleeper(waiters: Waiters, id: string, ms: number) {
  const state = { awake: false }
  const slept = waiters.sleep(id, ms).then(() => {
    state.awake = true
  })
  return { state, slept }
}

describe('a waiter', () => {
  test('wakes when its record is finished, and all that wait for it with it', async () => {
    const waiters = new Waiters(systemClock)
    const sleepers = [1, 2, 3].map(() => sleeper(waiters, 'r', 400))
    waiters.wake('r')
    await Promise.all(sleepers.map(({ slept }) => slept))
    expect(vi.getTimerCount()).toBe(0)
  })

  test('F9 wakes by itself in time when nothing wakes it', async () => {
    const { state } = sleeper(new Waiters(systemClock), 'r', 400)
    await vi.advanceTimersByTimeAsync(399)
    expect(state.awake).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(state.awake).toBe(true)
  })

  test('sleeps on when another record is finished', async () => {
    const waiters = new Waiters(systemClock)
    const { state } = sleeper(waiters, 'r', 400)
    waiters.wake('other')
    await vi.advanceTimersByTimeAsync(0)
    expect(state.awake).toBe(false)
  })

  test('that has woken leaves the others asleep', async () => {
    const waiters = new Waiters(systemClock)
    const short = sleeper(waiters, 'r', 25)
    const long = sleeper(waiters, 'r', 400)
    await vi.advanceTimersByTimeAsync(25)
    expect([short.state.awake, long.state.awake]).toEqual([true, false])
    waiters.wake('r')
    await long.slept
  })

  test('leaves nothing behind: no timer, no entry', async () => {
    const waiters = new Waiters(systemClock)
    for (const id of ['a', 'b', 'a']) void waiters.sleep(id, 25)
    waiters.wake('a')
    await vi.advanceTimersByTimeAsync(25)
    expect(vi.getTimerCount()).toBe(0)
    expect((waiters as unknown as { sleeping: Map<string, unknown> }).sleeping.size).toBe(0)
    waiters.wake('a')
  })
})

describe('a fresh read', () => {
  const counted = () => {
    const reads: Array<(row: string) => void> = []
    return { reads, read: () => new Promise<string>((resolve) => reads.push(resolve)) }
  }

  test('C15 a thousand that arrive at once make two reads: the one under way, and the one after it', async () => {
    const waiters = new Waiters(systemClock)
    const { reads, read } = counted()
    const results = Array.from({ length: 1_000 }, () => waiters.readFresh('r', read))
    expect(reads).toHaveLength(1)
    reads[0]?.('old')
    await vi.advanceTimersByTimeAsync(0)
    expect(reads).toHaveLength(2)
    reads[1]?.('new')
    expect(new Set((await Promise.all(results)).slice(1))).toEqual(new Set(['new']))
    expect(await results[0]).toBe('old')
  })

  test('never answers with a read that began before it was asked', async () => {
    const waiters = new Waiters(systemClock)
    const { reads, read } = counted()
    const first = waiters.readFresh('r', read)
    const second = waiters.readFresh('r', read)
    reads[0]?.('before')
    expect(await first).toBe('before')
    await vi.advanceTimersByTimeAsync(0)
    reads[1]?.('after')
    expect(await second).toBe('after')
  })

  test('one that fails rejects for all its callers, and the next one reads again', async () => {
    const waiters = new Waiters(systemClock)
    const away = () => Promise.reject(new Error('away'))
    const results = [waiters.readFresh('r', away), waiters.readFresh('r', away), waiters.readFresh('r', away)]
    for (const result of results) await expect(result).rejects.toThrow('away')
    expect(await waiters.readFresh('r', async () => 'back')).toBe('back')
  })

  test('records do not wait for each other', async () => {
    const waiters = new Waiters(systemClock)
    const { reads, read } = counted()
    void waiters.readFresh('a', read)
    void waiters.readFresh('b', read)
    expect(reads).toHaveLength(2)
  })
})

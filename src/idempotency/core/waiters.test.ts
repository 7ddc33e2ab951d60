import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
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
    const waiters = new Waiters()
    const sleepers = [1, 2, 3].map(() => sleeper(waiters, 'r', 400))
    waiters.wake('r')
    await Promise.all(sleepers.map(({ slept }) => slept))
    expect(vi.getTimerCount()).toBe(0)
  })

  test('F9 wakes by itself in time when nobody wakes it', async () => {
    const { state } = sleeper(new Waiters(), 'r', 400)
    await vi.advanceTimersByTimeAsync(399)
    expect(state.awake).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(state.awake).toBe(true)
  })

  test('sleeps on when another record is finished', async () => {
    const waiters = new Waiters()
    const { state } = sleeper(waiters, 'r', 400)
    waiters.wake('other')
    await vi.advanceTimersByTimeAsync(0)
    expect(state.awake).toBe(false)
  })

  test('that has woken leaves the others asleep', async () => {
    const waiters = new Waiters()
    const short = sleeper(waiters, 'r', 25)
    const long = sleeper(waiters, 'r', 400)
    await vi.advanceTimersByTimeAsync(25)
    expect([short.state.awake, long.state.awake]).toEqual([true, false])
    waiters.wake('r')
    await long.slept
  })

  test('leaves nothing behind: no timer, no entry', async () => {
    const waiters = new Waiters()
    for (const id of ['a', 'b', 'a']) void waiters.sleep(id, 25)
    waiters.wake('a')
    await vi.advanceTimersByTimeAsync(25)
    expect(vi.getTimerCount()).toBe(0)
    expect((waiters as unknown as { sleeping: Map<string, unknown> }).sleeping.size).toBe(0)
    waiters.wake('a')
  })
})

import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { fakeChannel, lockTable } from '../testing/browser'
import { type BrowserApis, browserTabs, type TabHandle } from './tabs'

interface Window {
  log: string[]
  seat: TabHandle<string>
}

function openWindow(means: BrowserApis): Window {
  const log: string[] = []
  const seat = browserTabs<string>('order', means).join({
    lead: () => void log.push('lead'),
    follow: () => void log.push('follow'),
    receive: (said) => void log.push(`hear ${said}`),
    leaderSilent: () => void log.push('silent'),
  })
  return { log, seat }
}

const settled = () => vi.advanceTimersByTimeAsync(1)
/** Long enough that nobody is taken for being reloaded. */
const later = () => vi.advanceTimersByTimeAsync(2_000)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('with locks', () => {
  const browser = () => ({ locks: lockTable(), open: fakeChannel() })

  test('one window leads, the others follow and hear how it goes, also what was said before they came', async () => {
    const means = browser()
    const first = openWindow(means)
    await settled()
    first.seat.publish('ready', false)
    const second = openWindow(means)
    await settled()
    first.seat.publish('sending', true)
    await settled()
    expect(first.log).toEqual(['lead'])
    expect(second.log).toEqual(['follow', 'hear ready', 'hear sending'])
  })

  test('the next one leads when the leader is closed, and one after the other', async () => {
    const means = browser()
    const [first, second, third] = [openWindow(means), openWindow(means), openWindow(means)]
    await settled()
    first.seat.leave()
    await later()
    expect([second.log, third.log]).toEqual([['follow', 'lead'], ['follow']])
    second.seat.leave()
    await later()
    expect(third.log).toEqual(['follow', 'lead'])
  })

  test('a follower takes over; who led follows, and leads again when the other is closed', async () => {
    const means = browser()
    const first = openWindow(means)
    await settled()
    const second = openWindow(means)
    await settled()
    second.seat.takeOver()
    await settled()
    second.seat.publish('ready', false)
    await settled()
    expect(second.log).toEqual(['follow', 'lead'])
    expect(first.log).toEqual(['lead', 'follow', 'hear ready'])
    second.seat.leave()
    await later()
    expect(first.log.at(-1)).toBe('lead')
  })

  test('a leader that is reloaded keeps its place, and the others notice nothing', async () => {
    const means = browser()
    const first = openWindow(means)
    await settled()
    const [second, third] = [openWindow(means), openWindow(means)]
    await settled()
    first.seat.leave()
    await vi.advanceTimersByTimeAsync(1_000)
    const again = openWindow(means)
    await later()
    again.seat.publish('ready', false)
    await settled()
    expect([again.log, second.log, third.log]).toEqual([
      ['lead'],
      ['follow', 'hear ready'],
      ['follow', 'hear ready'],
    ])
    again.seat.leave()
    await later()
    expect([second.log.at(-1), third.log.at(-1)].sort(), 'one of them, and only one').toEqual([
      'hear ready',
      'lead',
    ])
  })

  test('a leader that answers nothing is told of after three questions, and its lock can be taken over', async () => {
    const locks = lockTable()
    const frozen = openWindow({ locks })
    await settled()
    const second = openWindow({ locks, open: fakeChannel() })
    await vi.advanceTimersByTimeAsync(7_000)
    expect(second.log).toEqual(['follow', 'silent'])
    second.seat.takeOver()
    await settled()
    expect([frozen.log.at(-1), second.log.at(-1)]).toEqual(['follow', 'lead'])
  })

  test('a window that left hears and does nothing more', async () => {
    const means = browser()
    const [first, second] = [openWindow(means), openWindow(means)]
    await settled()
    second.seat.leave()
    first.seat.publish('sending', true)
    first.seat.leave()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(second.log).toEqual(['follow'])
  })
})

describe('without locks (plain http)', () => {
  test('every window leads until it hears that another one is busy, and again when that is over', async () => {
    const open = fakeChannel()
    const first = openWindow({ open })
    first.seat.publish('ready', false)
    const second = openWindow({ open })
    second.seat.publish('ready', false)
    await settled()
    expect([first.log, second.log]).toEqual([['lead'], ['lead']])
    first.seat.publish('sending', true)
    await settled()
    expect(second.log).toEqual(['lead', 'follow', 'hear sending', 'hear sending'])
    first.seat.publish('ready', false)
    await settled()
    expect(second.log.slice(-2)).toEqual(['hear ready', 'lead'])
  })

  test('a newcomer learns that somebody is busy', async () => {
    const open = fakeChannel()
    const first = openWindow({ open })
    first.seat.publish('sending', true)
    const second = openWindow({ open })
    await settled()
    expect(second.log.slice(0, 3)).toEqual(['lead', 'follow', 'hear sending'])
  })

  test('of two that are busy at once neither waits for the other: the server decides', async () => {
    const open = fakeChannel()
    const [first, second] = [openWindow({ open }), openWindow({ open })]
    first.seat.publish('sending', true)
    second.seat.publish('sending', true)
    await settled()
    expect([first.log, second.log]).toEqual([['lead'], ['lead']])
  })

  test('the busy one is gone: the other leads', async () => {
    const open = fakeChannel()
    const [first, second] = [openWindow({ open }), openWindow({ open })]
    first.seat.publish('sending', true)
    await settled()
    first.seat.leave()
    await vi.advanceTimersByTimeAsync(8_000)
    expect(second.log.at(-1)).toBe('lead')
  })
})

test('without locks and channel a window is alone', () => {
  expect(openWindow({}).log).toEqual(['lead'])
})

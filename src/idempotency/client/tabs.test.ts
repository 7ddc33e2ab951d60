import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { fakeChannel, lockTable } from '../testing/browser'
import { type BrowserApis, browserTabs, type TabHandle } from './tabs'

interface Window {
  log: string[]
  tab: TabHandle<string>
}

function openWindow(apis: BrowserApis): Window {
  const log: string[] = []
  const tab = browserTabs<string>('order', apis).join({
    lead: () => void log.push('lead'),
    follow: () => void log.push('follow'),
    receive: (state) => void log.push(`receive ${state}`),
    leaderSilent: () => void log.push('silent'),
  })
  return { log, tab }
}

const settled = () => vi.advanceTimersByTimeAsync(1)
/** Long enough that a closed window does not count as being reloaded. */
const later = () => vi.advanceTimersByTimeAsync(2_000)

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('with locks', () => {
  const browser = () => ({ locks: lockTable(), open: fakeChannel() })

  test('one window leads, the others follow and receive its state, also the one published before they joined', async () => {
    const apis = browser()
    const first = openWindow(apis)
    await settled()
    first.tab.publish('ready', false)
    const second = openWindow(apis)
    await settled()
    first.tab.publish('sending', true)
    await settled()
    expect(first.log).toEqual(['lead'])
    expect(second.log).toEqual(['follow', 'receive ready', 'receive sending'])
  })

  test('a page of the version before, which called the state `said`, is understood, and understands', async () => {
    const apis = browser()
    const heard: unknown[] = []
    const old = apis.open('order')
    old.onmessage = ({ data }) => void heard.push(data)
    const leader = openWindow(apis)
    await settled()
    leader.tab.publish('checking', true)
    await settled()
    expect(heard).toEqual([{ state: 'checking', said: 'checking', busy: true }])
    const follower = openWindow(apis)
    await settled()
    old.postMessage({ said: 'done', busy: false })
    await settled()
    expect(follower.log.at(-1)).toBe('receive done')
  })

  test('the next one leads when the leader is closed, and one after the other', async () => {
    const apis = browser()
    const [first, second, third] = [openWindow(apis), openWindow(apis), openWindow(apis)]
    await settled()
    first.tab.leave()
    await later()
    expect([second.log, third.log]).toEqual([['follow', 'lead'], ['follow']])
    second.tab.leave()
    await later()
    expect(third.log).toEqual(['follow', 'lead'])
  })

  test('a follower takes over; the old leader follows, and leads again when the other is closed', async () => {
    const apis = browser()
    const first = openWindow(apis)
    await settled()
    const second = openWindow(apis)
    await settled()
    second.tab.takeOver()
    await settled()
    second.tab.publish('ready', false)
    await settled()
    expect(second.log).toEqual(['follow', 'lead'])
    expect(first.log).toEqual(['lead', 'follow', 'receive ready'])
    second.tab.leave()
    await later()
    expect(first.log.at(-1)).toBe('lead')
  })

  test('a leader that is reloaded keeps its place, and the others notice nothing', async () => {
    const apis = browser()
    const first = openWindow(apis)
    await settled()
    const [second, third] = [openWindow(apis), openWindow(apis)]
    await settled()
    first.tab.leave()
    await vi.advanceTimersByTimeAsync(1_000)
    const again = openWindow(apis)
    await later()
    again.tab.publish('ready', false)
    await settled()
    expect([again.log, second.log, third.log]).toEqual([
      ['lead'],
      ['follow', 'receive ready'],
      ['follow', 'receive ready'],
    ])
    again.tab.leave()
    await later()
    expect([second.log.at(-1), third.log.at(-1)].sort(), 'one of them, and only one').toEqual([
      'lead',
      'receive ready',
    ])
  })

  test('a leader that leaves three questions unanswered is reported, and its lock can be taken over', async () => {
    const locks = lockTable()
    const frozen = openWindow({ locks })
    await settled()
    const second = openWindow({ locks, open: fakeChannel() })
    await vi.advanceTimersByTimeAsync(7_000)
    expect(second.log).toEqual(['follow', 'silent'])
    second.tab.takeOver()
    await settled()
    expect([frozen.log.at(-1), second.log.at(-1)]).toEqual(['follow', 'lead'])
  })

  test('a window that left receives and does nothing more', async () => {
    const apis = browser()
    const [first, second] = [openWindow(apis), openWindow(apis)]
    await settled()
    second.tab.leave()
    first.tab.publish('sending', true)
    first.tab.leave()
    await vi.advanceTimersByTimeAsync(20_000)
    expect(second.log).toEqual(['follow'])
  })
})

describe('without locks (plain http)', () => {
  test('every window leads until it learns that another one is busy, and again when that is over', async () => {
    const open = fakeChannel()
    const first = openWindow({ open })
    first.tab.publish('ready', false)
    const second = openWindow({ open })
    second.tab.publish('ready', false)
    await settled()
    expect([first.log, second.log]).toEqual([['lead'], ['lead']])
    first.tab.publish('sending', true)
    await settled()
    expect(second.log).toEqual(['lead', 'follow', 'receive sending', 'receive sending'])
    first.tab.publish('ready', false)
    await settled()
    expect(second.log.slice(-2)).toEqual(['receive ready', 'lead'])
  })

  test('a newcomer learns that another window is busy', async () => {
    const open = fakeChannel()
    const first = openWindow({ open })
    first.tab.publish('sending', true)
    const second = openWindow({ open })
    await settled()
    expect(second.log.slice(0, 3)).toEqual(['lead', 'follow', 'receive sending'])
  })

  test('of two that are busy at once neither waits for the other: the server decides', async () => {
    const open = fakeChannel()
    const [first, second] = [openWindow({ open }), openWindow({ open })]
    first.tab.publish('sending', true)
    second.tab.publish('sending', true)
    await settled()
    expect([first.log, second.log]).toEqual([['lead'], ['lead']])
  })

  test('the busy one is gone: the other leads', async () => {
    const open = fakeChannel()
    const [first, second] = [openWindow({ open }), openWindow({ open })]
    first.tab.publish('sending', true)
    await settled()
    first.tab.leave()
    await vi.advanceTimersByTimeAsync(8_000)
    expect(second.log.at(-1)).toBe('lead')
  })
})

test('without locks and channel a window is alone', () => {
  expect(openWindow({}).log).toEqual(['lead'])
})

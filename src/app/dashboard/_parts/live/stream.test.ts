import { beforeEach, expect, test } from 'vitest'
import type { HintSubject } from '@/server/live/changes'
import {
  BrowserStream,
  type HintSource,
  type StreamHost,
  type StreamState,
  type WindowMessage,
} from './stream'

/** A browser: its windows, its lock, its channel and a clock that the test moves. */
class Browser {
  sources: FakeSource[] = []
  hasStreams = true
  hasLocks = true
  private at = 0
  private timers: { at: number; then: () => void }[] = []
  private readonly channels = new Set<(message: WindowMessage) => void>()
  private queue: (() => Promise<void>)[] = []
  private leader = false

  get open() {
    return this.sources.filter(({ closed }) => !closed)
  }

  async pass(ms: number) {
    const until = this.at + ms
    for (;;) {
      await settle()
      const next = this.timers.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0]
      if (!next) break
      this.at = next.at
      this.timers = this.timers.filter((one) => one !== next)
      next.then()
    }
    this.at = until
    await settle()
  }

  host(): StreamHost {
    return {
      openSource: () => {
        if (!this.hasStreams) throw new Error('no streams here')
        const source = new FakeSource()
        this.sources.push(source)
        return source
      },
      openChannel: (_, onMessage) => {
        if (!this.hasLocks) return null
        this.channels.add(onMessage)
        return {
          post: (message) => {
            for (const hear of this.channels) if (hear !== onMessage) hear(message)
          },
          close: () => this.channels.delete(onMessage),
        }
      },
      lock: (_, signal, lead) => {
        if (!this.hasLocks) return false
        const wanted = async () => {
          if (!signal.aborted) await lead()
        }
        this.queue.push(wanted)
        void this.grant()
        return true
      },
      after: (ms, then) => {
        const timer = { at: this.at + ms, then }
        this.timers.push(timer)
        return () => {
          this.timers = this.timers.filter((one) => one !== timer)
        }
      },
      random: () => 1,
    }
  }

  private async grant() {
    if (this.leader) return
    const next = this.queue.shift()
    if (!next) return
    this.leader = true
    await next()
    this.leader = false
    void this.grant()
  }
}

class FakeSource implements HintSource {
  closed = false
  private readonly listeners = new Map<string, (message: { data?: unknown }) => void>()
  addEventListener(event: string, listener: (message: { data?: unknown }) => void) {
    this.listeners.set(event, listener)
  }
  send(event: string, data?: string) {
    this.listeners.get(event)?.({ data })
  }
  close() {
    this.closed = true
  }
}

const settle = () => new Promise((resolve) => setImmediate(resolve))

let browser: Browser
beforeEach(() => {
  browser = new Browser()
})

function newWindow() {
  const states: StreamState[] = []
  const changed: (readonly HintSubject[])[] = []
  const signedOut: true[] = []
  const stream = new BrowserStream(browser.host(), 'one operator', {
    state: (state) => states.push(state),
    changed: (subjects) => changed.push(subjects),
    signedOut: () => signedOut.push(true),
  })
  return { stream, states, changed, signedOut }
}

const last = () => browser.open.at(-1) as FakeSource

test('five windows share one stream, and each hears every hint once', async () => {
  const windows = [newWindow(), newWindow(), newWindow(), newWindow(), newWindow()]
  await settle()
  expect(browser.open).toHaveLength(1)
  last().send('ready')
  last().send('changed', 'payments acts')
  for (const { states, changed } of windows) {
    expect(states).toEqual(['open'])
    expect(changed).toEqual([['payments', 'acts']])
  }
})

test('a window that comes later learns how the stream is', async () => {
  newWindow()
  await settle()
  last().send('ready')
  expect(newWindow().states).toEqual(['open'])
})

test('when the window that leads goes, another opens the stream', async () => {
  const first = newWindow()
  const second = newWindow()
  await settle()
  last().send('ready')
  first.stream.stop()
  await settle()
  expect([browser.sources.length, browser.open.length]).toEqual([2, 1])
  last().send('ready')
  last().send('changed', 'books')
  expect([second.changed, first.changed]).toEqual([[['books']], []])
})

test('a window that stops while it waits for the lock never leads', async () => {
  const first = newWindow()
  const second = newWindow()
  second.stream.stop()
  first.stream.stop()
  await settle()
  expect(browser.open).toEqual([])
})

test('a stream that breaks is lost, and opened again, each time after twice as long', async () => {
  const { states } = newWindow()
  const other = newWindow()
  await settle()
  last().send('ready')
  last().send('error')
  expect([browser.open.length, states, other.states]).toEqual([0, ['open', 'lost'], ['open', 'lost']])
  await browser.pass(999)
  expect(browser.open).toHaveLength(0)
  await browser.pass(1)
  last().send('error')
  await browser.pass(1_999)
  expect(browser.open).toHaveLength(0)
  await browser.pass(1)
  last().send('ready')
  expect([states, other.states]).toEqual([
    ['open', 'lost', 'open'],
    ['open', 'lost', 'open'],
  ])
})

test('after five tries in vain pages ask by the clock, while trying goes on, at most every 30 s', async () => {
  const { states } = newWindow()
  await settle()
  for (const ms of [1_000, 2_000, 4_000, 8_000, 16_000]) {
    last().send('error')
    await browser.pass(ms)
  }
  expect(states).toEqual(['lost', 'refused'])
  for (let tries = 0; tries < 3; tries += 1) {
    last().send('error')
    await browser.pass(30_000)
    expect(browser.open).toHaveLength(1)
  }
  last().send('ready')
  expect(states.at(-1)).toBe('open')
})

test('a browser without streams asks by the clock', async () => {
  browser.hasStreams = false
  const { states } = newWindow()
  await browser.pass(60_000)
  expect(states).toEqual(['lost', 'refused'])
})

test('without locks each window has a stream of its own', async () => {
  browser.hasLocks = false
  newWindow()
  newWindow()
  await settle()
  expect(browser.open).toHaveLength(2)
})

test('a stream from which nothing comes for 45 s is lost; a sign of life keeps it, for other windows too', async () => {
  const { states } = newWindow()
  const other = newWindow()
  await settle()
  last().send('ready')
  for (let beats = 0; beats < 5; beats += 1) {
    await browser.pass(44_000)
    last().send('beat')
  }
  expect([states, other.states]).toEqual([['open'], ['open']])
  await browser.pass(45_000)
  expect([states, other.states]).toEqual([
    ['open', 'lost'],
    ['open', 'lost'],
  ])
})

test('a stream that does not begin within 10 s is lost', async () => {
  const { states } = newWindow()
  await browser.pass(10_000)
  expect(states).toEqual(['lost'])
})

test('the end of the session is passed on by the window that leads', async () => {
  const { signedOut, states } = newWindow()
  await settle()
  last().send('ready')
  last().send('signed-out')
  expect([signedOut, states]).toEqual([[true], ['open', 'lost']])
})

test('what a stream says that was given up is not heard', async () => {
  const { states, changed } = newWindow()
  await settle()
  const old = last()
  old.send('ready')
  old.send('error')
  old.send('changed', 'payments')
  old.send('error')
  await browser.pass(1_000)
  expect([browser.open.length, changed, states]).toEqual([1, [], ['open', 'lost']])
})

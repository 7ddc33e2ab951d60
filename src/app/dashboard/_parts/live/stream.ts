import type { HintSubject } from '@/server/live/changes'

/**
 * `connecting`: for the first time. `open`: what changes is hinted at. `lost`: it was broken, or none came yet, and another is tried. `refused`:
 * several were tried in vain, so pages ask by the clock; trying goes on.
 */
export type StreamState = 'connecting' | 'open' | 'lost' | 'refused'

/** The browser's part of a stream, as `EventSource` has it. */
export interface HintSource {
  addEventListener(event: string, listener: (message: { data?: unknown }) => void): void
  close(): void
}

/** Passes messages to the other windows of this browser, not to this one. */
export interface WindowChannel {
  post(message: WindowMessage): void
  close(): void
}

/** What the machine needs of a browser; tests have their own. */
export interface StreamHost {
  /** @throws Error where the browser has no streams */
  openSource(): HintSource
  /** Null: windows cannot talk to one another here, and each has a stream of its own. */
  openChannel(name: string, onMessage: (message: WindowMessage) => void): WindowChannel | null
  /** Calls `lead` when this window alone has the lock of that name, and gives it back when its promise ends. False: no locks here. */
  lock(name: string, signal: AbortSignal, lead: () => Promise<void>): boolean
  /** @returns what forgets it */
  after(ms: number, then: () => void): () => void
  /** 0 to 1. */
  random(): number
}

export type WindowMessage =
  | { kind: 'hello' }
  | { kind: 'state'; state: StreamState }
  | { kind: 'changed'; subjects: readonly HintSubject[] }

export interface StreamEvents {
  state(state: StreamState): void
  changed(subjects: readonly HintSubject[]): void
  /** The session is over: ask for anything, and the answer leads to the sign-in. */
  signedOut(): void
}

/** 45 s without a word: three of the server's signs of life are missing. A cable that was pulled out says nothing. */
const SILENT_MS = 45_000
/** 10 s for a stream to begin, or for the window that leads to say how it is. */
const BEGIN_MS = 10_000
/** 1 s, then twice as long each time, to 30 s; half of it by chance, so that not all browsers come back at once. */
const AGAIN_MS = 1_000
const AGAIN_MS_MAX = 30_000
/** Tries in vain after which pages ask by the clock: after some 10 s. */
const TRIES_MAX = 4

/**
 * One stream of hints for all windows of a browser that show the dashboard to one operator: the window with the lock leads, opens it and
 * passes on what it hears. When that window goes, the browser gives the lock to another.
 */
export class BrowserStream {
  private readonly stopped = new AbortController()
  private readonly channel: WindowChannel | null
  private state: StreamState = 'connecting'
  private leads = false
  private source: HintSource | null = null
  private tries = 0
  private forget: () => void = () => undefined
  private stopLeading: () => void = () => undefined

  /** @param name of the operator's stream: windows of another operator do not listen to it */
  constructor(
    private readonly host: StreamHost,
    name: string,
    private readonly on: StreamEvents,
  ) {
    this.channel = host.openChannel(name, (message) => this.hear(message))
    this.watchSilence(BEGIN_MS)
    this.channel?.post({ kind: 'hello' })
    const lead = () => new Promise<void>((resolve) => this.lead(resolve))
    if (!this.channel || !host.lock(name, this.stopped.signal, lead)) this.lead(() => undefined)
  }

  /** Leaves: another window leads from here on. */
  stop(): void {
    this.stopped.abort()
    this.forget()
    this.source?.close()
    this.channel?.close()
    this.stopLeading()
  }

  private lead(whenStopped: () => void): void {
    if (this.stopped.signal.aborted) {
      whenStopped()
      return
    }
    this.stopLeading = whenStopped
    this.leads = true
    this.connect()
  }

  private connect(): void {
    this.source?.close()
    this.watchSilence(BEGIN_MS)
    try {
      const source = this.host.openSource()
      this.source = source
      const hear = (event: string, then: (data: string) => void) =>
        source.addEventListener(event, ({ data }) => {
          if (this.source !== source || this.stopped.signal.aborted) return
          this.watchSilence()
          then(String(data ?? ''))
        })
      hear('ready', () => this.opened())
      hear('beat', () => this.channel?.post({ kind: 'state', state: this.state }))
      hear('changed', (data) => this.pass(data.split(' ').filter(Boolean) as HintSubject[]))
      hear('signed-out', () => {
        this.on.signedOut()
        this.broken()
      })
      hear('error', () => this.broken())
    } catch {
      this.broken()
    }
  }

  private opened(): void {
    this.tries = 0
    this.enter('open')
  }

  private pass(subjects: readonly HintSubject[]): void {
    this.channel?.post({ kind: 'changed', subjects })
    this.on.changed(subjects)
  }

  /** A browser would open some broken streams again by itself, and others never: all are opened here. */
  private broken(): void {
    this.source?.close()
    this.source = null
    this.tries += 1
    this.enter(this.tries > TRIES_MAX ? 'refused' : 'lost')
    const ms = Math.min(AGAIN_MS_MAX, AGAIN_MS * 2 ** (this.tries - 1))
    this.wait(ms / 2 + (ms / 2) * this.host.random(), () => this.connect())
  }

  /** From the window that leads, or to it. */
  private hear(message: WindowMessage): void {
    if (this.stopped.signal.aborted) return
    if (this.leads) {
      if (message.kind === 'hello') this.channel?.post({ kind: 'state', state: this.state })
      return
    }
    if (message.kind === 'hello') return
    this.watchSilence()
    if (message.kind === 'changed') this.on.changed(message.subjects)
    else this.enter(message.state)
  }

  private watchSilence(ms = SILENT_MS): void {
    this.wait(ms, () => {
      if (this.leads) return this.broken()
      this.enter('lost')
      this.watchSilence()
    })
  }

  /** There is one thing to wait for at a time. */
  private wait(ms: number, then: () => void): void {
    this.forget()
    this.forget = this.host.after(ms, then)
  }

  private enter(state: StreamState): void {
    if (this.leads) this.channel?.post({ kind: 'state', state })
    if (state === this.state) return
    this.state = state
    this.on.state(state)
  }
}

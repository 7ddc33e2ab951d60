import { begin, step } from './attempt'
import {
  type AttemptEffect,
  type AttemptEvent,
  type AttemptState,
  isSent,
  type KeyStatus,
  type PageKnowledge,
  type ServerProblem,
  type Step,
  type StoredAttempt,
} from './attempt-state'
import { type Keyed, mintKey } from './key'
import { PACE, type Pace } from './retry'
import type { AttemptStorage } from './storage'
import { ALONE, type TabEvents, type TabHandle, type Tabs } from './tabs'

/**
 * Dependencies of an attempt: storage, the other windows, the server. All are passed in, so that a test can
 * supply them.
 */
export interface AttemptHost<Answer> {
  storage: AttemptStorage
  /** The other windows of this browser with the same attempt. Absent: this window counts as the only one. */
  tabs?: Tabs<AttemptState<Answer>>
  /**
   * Sends the payload under the key; must call `keyed.store` before anything leaves the page. `actionUrl`:
   * where the shopper must confirm first (3-D Secure). Rejects with an error that `problemOf` can read.
   */
  send(
    keyed: Keyed,
    payload: string,
    signal: AbortSignal,
  ): Promise<{ answer: Answer; actionUrl: string | null }>
  /** Asks the server for the status of the key. Sends nothing again. */
  ask(key: string): Promise<KeyStatus<Answer>>
  /**
   * Reports how many presses the page held back. The request must outlive the page (`fetch` with
   * `keepalive`).
   */
  report?(key: string, held: number): void
  /** The problem in an error of `send`; null when no answer came at all. */
  problemOf(error: unknown): ServerProblem | null
  pace?: Pace
  /** Milliseconds since the epoch. */
  now?: () => number
  /** 0 ≤ chance < 1. */
  chance?: () => number
  newKey?: () => string
}

/** Another window leads. */
export interface Elsewhere<Answer> {
  at: 'elsewhere'
  /** State of its attempt; null until it has published one. */
  other: AttemptState<Answer> | null
  /** It has stopped answering. */
  silent: boolean
}

/** State that a window shows: its own attempt's, or another window's. */
export type AttemptView<Answer> = AttemptState<Answer> | Elsewhere<Answer>

/** An attempt in a page, for its components. The functions need no `this`. */
export interface AttemptController<Answer> {
  view(): AttemptView<Answer>
  /** @returns the function that unsubscribes */
  subscribe(listener: () => void): () => void
  /**
   * The shopper pressed the button. Sends the payload unless something is under way; then the press is held
   * back and counted.
   */
  press(payload: string, online: boolean): void
  /** Asks for the status now rather than at the next interval. */
  ask(): void
  /** Continues at once what is under way: the connection or the page is back. Never begins anything. */
  hurry(): void
  /** Continues in this window an attempt that another one leads. */
  takeOver(): void
  /** The page is being left. */
  leave(): void
  /**
   * Joins the other windows and begins. May be called again after the end (React mounts twice in StrictMode;
   * a page comes back from the cache).
   * @returns the function that ends it
   */
  start(): () => void
}

/**
 * Carries out an attempt: storage first, then the network, and only in the leading window.
 * @param freshKey the key that came with the page; unused when storage has an attempt already
 * @param known what the server knew when it rendered the page
 * @throws TypeError for a host that lacks something: without it a press would be lost, or sent twice
 */
export function createAttempt<Answer>(
  freshKey: string,
  host: AttemptHost<Answer>,
  known: PageKnowledge = {},
): AttemptController<Answer> {
  const lacks =
    HOST.find((name) => typeof host?.[name] !== 'function') ??
    STORAGE.find((name) => typeof host.storage?.[name] !== 'function')
  if (lacks || typeof freshKey !== 'string')
    throw new TypeError(`createAttempt: ${lacks ? `the host has no \`${lacks}\`` : 'pass a key: mintKey()'}.`)
  return new Controller(freshKey, host, known)
}

/** What every host has, and its storage: `attemptStorage(name)`, say. */
const HOST = ['send', 'ask', 'problemOf'] as const
const STORAGE = ['read', 'write', 'clear'] as const

/**
 * Presses that are kept until a leader is known. 100: far more than a person presses in the milliseconds that
 * the browser needs.
 */
const EARLY_PRESSES_MAX = 100

class Controller<Answer> implements AttemptController<Answer>, TabEvents<AttemptState<Answer>> {
  private state: AttemptState<Answer>
  private elsewhere: Elsewhere<Answer> | null = null
  private leads = false
  private begun = false
  /** Presses made before it was known which window leads; at most `EARLY_PRESSES_MAX`. */
  private earlyPresses: AttemptEvent<Answer>[] = []
  /** The last stored record: `keyed.store` writes it again, right before the request leaves. */
  private record: StoredAttempt | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private tab: TabHandle<AttemptState<Answer>> | null = null
  /** One entry per mounted component that shows the attempt. */
  private readonly listeners = new Set<() => void>()

  constructor(
    private readonly freshKey: string,
    private readonly host: AttemptHost<Answer>,
    private readonly known: PageKnowledge,
  ) {
    // Until `start`, the state that the server rendered: storage is not read before the page is alive.
    this.state = begin<Answer>(freshKey, null, known).state
  }

  view = (): AttemptView<Answer> => this.elsewhere ?? this.state

  subscribe = (listener: () => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  press = (payload: string, online: boolean): void => {
    const press: AttemptEvent<Answer> = { type: 'press', payload, online, now: this.now() }
    if (this.leads) this.on(press)
    else if (!this.elsewhere && this.earlyPresses.length < EARLY_PRESSES_MAX) this.earlyPresses.push(press)
  }

  ask = (): void => this.on({ type: 'ask' })
  leave = (): void => this.on({ type: 'leave' })
  takeOver = (): void => this.tab?.takeOver()

  hurry = (): void => {
    const { at } = this.state
    if (at !== 'pausing' && at !== 'checking' && at !== 'acting') return
    clearTimeout(this.timer)
    this.on({ type: at === 'pausing' ? 'wake' : 'ask' })
  }

  start = (): (() => void) => {
    const tab = (this.host.tabs ?? (ALONE as Tabs<AttemptState<Answer>>)).join(this)
    this.tab = tab
    // `join` may have made us leader before `tab` was assigned.
    this.publish()
    return () => {
      clearTimeout(this.timer)
      this.leads = false
      tab.leave()
    }
  }

  lead(): void {
    const before = this.elsewhere
    this.leads = true
    this.elsewhere = null
    this.apply(this.resume(before))
    if (this.begun && !before) this.hurry()
    this.begun = true
    this.publish()
    for (const press of this.earlyPresses.splice(0)) this.on(press)
    if (before) this.notify()
  }

  follow(): void {
    this.leads = false
    this.earlyPresses = []
    clearTimeout(this.timer)
    this.elsewhere = { at: 'elsewhere', other: null, silent: false }
    this.notify()
  }

  receive(other: AttemptState<Answer>): void {
    this.elsewhere = { at: 'elsewhere', other, silent: false }
    this.notify()
  }

  leaderSilent(): void {
    if (this.elsewhere) this.elsewhere = { ...this.elsewhere, silent: true }
    this.notify()
  }

  /**
   * First step of a window that has just become leader.
   * @param before what it followed until now; the progress of that attempt is in storage
   */
  private resume(before: Elsewhere<Answer> | null): Step<Answer> {
    const { freshKey, host, known } = this
    const other = before?.other
    if (other?.at === 'done' || other?.at === 'closed') return { state: other, effects: [] }
    if (before)
      return begin(freshKey, host.storage.read(), { underWay: other && isSent(other) ? this.now() : null })
    return this.begun ? { state: this.state, effects: [] } : begin(freshKey, host.storage.read(), known)
  }

  /** Ignores late events in a window that follows by now: the leader asks the server itself. */
  private on(event: AttemptEvent<Answer>): void {
    if (this.leads) this.apply(step(this.state, event, this.host.pace ?? PACE))
  }

  private apply(next: Step<Answer>): void {
    const changed = next.state !== this.state
    this.state = next.state
    for (const effect of next.effects) this.perform(effect)
    if (!changed) return
    this.publish()
    this.notify()
  }

  private perform(effect: AttemptEffect): void {
    switch (effect.do) {
      case 'store':
        this.record = effect.record
        this.host.storage.write(effect.record)
        break
      case 'forget':
        this.host.storage.clear()
        break
      case 'report':
        this.host.report?.(effect.key, effect.held)
        break
      case 'send':
        void this.send(effect.key, effect.payload, effect.timeoutMs)
        break
      case 'ask':
        void this.check(effect.key)
        break
      case 'wait':
        clearTimeout(this.timer)
        this.timer = setTimeout(() => this.on({ type: effect.next }), effect.ms)
    }
  }

  private async send(key: string, payload: string, timeoutMs: number): Promise<void> {
    const abort = new AbortController()
    const limit = setTimeout(() => abort.abort(), timeoutMs)
    const store = () => this.record && this.host.storage.write(this.record)
    try {
      this.on({ type: 'answered', key, ...(await this.host.send({ key, store }, payload, abort.signal)) })
    } catch (error) {
      this.on({ type: 'failed', key, problem: this.host.problemOf(error), ...this.inputs() })
    } finally {
      clearTimeout(limit)
    }
  }

  private async check(key: string): Promise<void> {
    try {
      this.on({ type: 'status', key, status: await this.host.ask(key), ...this.inputs() })
    } catch {
      this.on({ type: 'unanswered', chance: this.inputs().chance })
    }
  }

  /** Time, chance and a key for the pure machine. */
  private inputs() {
    const { chance = Math.random, newKey = mintKey } = this.host
    return { now: this.now(), chance: chance(), newKey: newKey() }
  }

  private now(): number {
    return (this.host.now ?? Date.now)()
  }

  private publish(): void {
    if (this.leads) this.tab?.publish(this.state, isSent(this.state))
  }

  private notify(): void {
    for (const listener of this.listeners) listener()
  }
}

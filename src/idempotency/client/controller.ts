import {
  type AttemptEffect,
  type AttemptEvent,
  type AttemptState,
  begin,
  isSent,
  type KeyStatus,
  type PageKnowledge,
  type ServerProblem,
  type Step,
  type StoredAttempt,
  step,
} from './attempt'
import { type Keyed, mintKey } from './key'
import { PACE, type Pace } from './retry'
import type { AttemptStorage } from './storage'
import { ALONE, type TabEvents, type TabHandle, type Tabs } from './tabs'

/** What the machine needs of the world. Everything is passed in, so that a test can be the world. */
export interface AttemptHost<Answer> {
  storage: AttemptStorage
  /** The other windows of this browser with the same attempt. Without it the window takes itself for the only one. */
  tabs?: Tabs<AttemptState<Answer>>
  /** Sends the payload under the key, which `keyed.store` has put away before. Rejects with whatever `problemOf` can read. */
  send(
    keyed: Keyed,
    payload: string,
    signal: AbortSignal,
  ): Promise<{ answer: Answer; actionUrl: string | null }>
  /** Asks what became of the key, without sending anything again. */
  ask(key: string): Promise<KeyStatus<Answer>>
  /** Tells how many presses the page kept back; must survive the page (`keepalive`). */
  report?(key: string, held: number): void
  /** The problem in an error, or null when no answer came at all. */
  problemOf(error: unknown): ServerProblem | null
  pace?: Pace
  now?: () => number
  chance?: () => number
  newKey?: () => string
}

/** Another window leads: what it says of its attempt (null while it has said nothing), and whether it has stopped to answer. */
export interface Elsewhere<Answer> {
  at: 'elsewhere'
  other: AttemptState<Answer> | null
  silent: boolean
}

/** What a window shows: its own attempt, or another window's. */
export type AttemptView<Answer> = AttemptState<Answer> | Elsewhere<Answer>

export interface AttemptController<Answer> {
  view(): AttemptView<Answer>
  subscribe(listener: () => void): () => void
  press(payload: string, online: boolean): void
  /** Asks now rather than at the next turn. */
  ask(): void
  /** The connection is back, or the page is: go on at once with what is under way. Never begins anything. */
  hurry(): void
  /** Goes on in this window with what another one leads. */
  takeOver(): void
  /** The page is being left. */
  leave(): void
  /** Begins; returns what ends it. Safe to call again after that (React mounts twice in StrictMode; a page comes back from the cache). */
  start(): () => void
}

/** An attempt that is carried out: storage first, then the network; in the leading window alone. */
export function createAttempt<Answer>(
  freshKey: string,
  world: AttemptHost<Answer>,
  known: PageKnowledge = {},
): AttemptController<Answer> {
  return new Controller(freshKey, world, known)
}

class Controller<Answer> implements AttemptController<Answer>, TabEvents<AttemptState<Answer>> {
  private state: AttemptState<Answer>
  private elsewhere: Elsewhere<Answer> | null = null
  private leads = false
  private begun = false
  /** Presses that came before it was known who leads. */
  private early: AttemptEvent<Answer>[] = []
  private record: StoredAttempt | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private tab: TabHandle<AttemptState<Answer>> | null = null
  private readonly listeners = new Set<() => void>()

  constructor(
    private readonly freshKey: string,
    private readonly host: AttemptHost<Answer>,
    private readonly known: PageKnowledge,
  ) {
    // Until `start`, what the server rendered: storage is not looked at before the page is alive.
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
    else if (!this.elsewhere) this.early.push(press)
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
    const seat = (this.host.tabs ?? (ALONE as Tabs<AttemptState<Answer>>)).join(this)
    this.tab = seat
    // It may lead already, and could not say so before it had its seat.
    this.publish()
    return () => {
      clearTimeout(this.timer)
      this.leads = false
      seat.leave()
    }
  }

  lead(): void {
    const before = this.elsewhere
    this.leads = true
    this.elsewhere = null
    this.take(this.resume(before))
    if (this.begun && !before) this.hurry()
    this.begun = true
    this.publish()
    for (const press of this.early.splice(0)) this.on(press)
    if (before) this.notify()
  }

  follow(): void {
    this.leads = false
    this.early = []
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
   * How a window goes on that leads now.
   * @param before what it followed until now: how far that came is in storage
   */
  private resume(before: Elsewhere<Answer> | null): Step<Answer> {
    const { freshKey, host: world, known } = this
    const other = before?.other
    if (other?.at === 'done' || other?.at === 'closed') return { state: other, effects: [] }
    if (before)
      return begin(freshKey, world.storage.read(), { underWay: other && isSent(other) ? this.now() : null })
    return this.begun ? { state: this.state, effects: [] } : begin(freshKey, world.storage.read(), known)
  }

  /** What comes late in a window that follows by now is not its business: whoever leads asks the server. */
  private on(event: AttemptEvent<Answer>): void {
    if (this.leads) this.take(step(this.state, event, this.host.pace ?? PACE))
  }

  private take(next: Step<Answer>): void {
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
      this.on({ type: 'failed', key, problem: this.host.problemOf(error), ...this.chances() })
    } finally {
      clearTimeout(limit)
    }
  }

  private async check(key: string): Promise<void> {
    try {
      this.on({ type: 'status', key, status: await this.host.ask(key), ...this.chances() })
    } catch {
      this.on({ type: 'unanswered', chance: this.chances().chance })
    }
  }

  private chances() {
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

import {
  begin,
  type Effect,
  type Event,
  type Found,
  isSent,
  type Known,
  type Problem,
  type State,
  type Step,
  type Stored,
  step,
} from './attempt'
import { type Keyed, mintKey } from './key'
import { PACE, type Pace } from './retry'
import type { AttemptStorage } from './storage'
import { ALONE, type Seat, type Seated, type Tabs } from './tabs'

/** What the machine needs of the world. Everything is passed in, so that a test can be the world. */
export interface World<Answer> {
  storage: AttemptStorage
  /** The other windows of this browser with the same attempt. Without it the window takes itself for the only one. */
  tabs?: Tabs<State<Answer>>
  /** Sends the payload under the key, which `keyed.store` has put away before. Rejects with whatever `problemOf` can read. */
  send(
    keyed: Keyed,
    payload: string,
    signal: AbortSignal,
  ): Promise<{ answer: Answer; actionUrl: string | null }>
  /** Asks what became of the key, without sending anything again. */
  ask(key: string): Promise<Found<Answer>>
  /** Tells how many presses the page kept back; must survive the page (`keepalive`). */
  report?(key: string, held: number): void
  /** The problem in an error, or null when no answer came at all. */
  problemOf(error: unknown): Problem | null
  pace?: Pace
  now?: () => number
  chance?: () => number
  newKey?: () => string
}

/** Another window leads: what it says of its attempt (null while it has said nothing), and whether it has stopped to answer. */
export interface Elsewhere<Answer> {
  at: 'elsewhere'
  other: State<Answer> | null
  silent: boolean
}

/** What a window shows: its own attempt, or another window's. */
export type View<Answer> = State<Answer> | Elsewhere<Answer>

export interface Attempt<Answer> {
  view(): View<Answer>
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
export function drive<Answer>(freshKey: string, world: World<Answer>, known: Known = {}): Attempt<Answer> {
  return new Driven(freshKey, world, known)
}

class Driven<Answer> implements Attempt<Answer>, Seated<State<Answer>> {
  private state: State<Answer>
  private elsewhere: Elsewhere<Answer> | null = null
  private leads = false
  private begun = false
  /** Presses that came before it was known who leads. */
  private early: Event<Answer>[] = []
  private record: Stored | null = null
  private timer: ReturnType<typeof setTimeout> | undefined
  private seat: Seat<State<Answer>> | null = null
  private readonly listeners = new Set<() => void>()

  constructor(
    private readonly freshKey: string,
    private readonly world: World<Answer>,
    private readonly known: Known,
  ) {
    // Until `start`, what the server rendered: storage is not looked at before the page is alive.
    this.state = begin<Answer>(freshKey, null, known).state
  }

  view = (): View<Answer> => this.elsewhere ?? this.state

  subscribe = (listener: () => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  press = (payload: string, online: boolean): void => {
    const press: Event<Answer> = { type: 'press', payload, online, now: this.now() }
    if (this.leads) this.on(press)
    else if (!this.elsewhere) this.early.push(press)
  }

  ask = (): void => this.on({ type: 'ask' })
  leave = (): void => this.on({ type: 'leave' })
  takeOver = (): void => this.seat?.takeOver()

  hurry = (): void => {
    const { at } = this.state
    if (at !== 'pausing' && at !== 'checking' && at !== 'acting') return
    clearTimeout(this.timer)
    this.on({ type: at === 'pausing' ? 'wake' : 'ask' })
  }

  start = (): (() => void) => {
    const seat = (this.world.tabs ?? (ALONE as Tabs<State<Answer>>)).join(this)
    this.seat = seat
    // It may lead already, and could not say so before it had its seat.
    this.say()
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
    this.say()
    for (const press of this.early.splice(0)) this.on(press)
    if (before) this.tell()
  }

  follow(): void {
    this.leads = false
    this.early = []
    clearTimeout(this.timer)
    this.elsewhere = { at: 'elsewhere', other: null, silent: false }
    this.tell()
  }

  hear(other: State<Answer>): void {
    this.elsewhere = { at: 'elsewhere', other, silent: false }
    this.tell()
  }

  silent(): void {
    if (this.elsewhere) this.elsewhere = { ...this.elsewhere, silent: true }
    this.tell()
  }

  /**
   * How a window goes on that leads now.
   * @param before what it followed until now: how far that came is in storage
   */
  private resume(before: Elsewhere<Answer> | null): Step<Answer> {
    const { freshKey, world, known } = this
    const other = before?.other
    if (other?.at === 'done' || other?.at === 'closed') return { state: other, effects: [] }
    if (before)
      return begin(freshKey, world.storage.read(), { underWay: other && isSent(other) ? this.now() : null })
    return this.begun ? { state: this.state, effects: [] } : begin(freshKey, world.storage.read(), known)
  }

  /** What comes late in a window that follows by now is not its business: whoever leads asks the server. */
  private on(event: Event<Answer>): void {
    if (this.leads) this.take(step(this.state, event, this.world.pace ?? PACE))
  }

  private take(next: Step<Answer>): void {
    const changed = next.state !== this.state
    this.state = next.state
    for (const effect of next.effects) this.perform(effect)
    if (!changed) return
    this.say()
    this.tell()
  }

  private perform(effect: Effect): void {
    switch (effect.do) {
      case 'store':
        this.record = effect.record
        this.world.storage.write(effect.record)
        break
      case 'forget':
        this.world.storage.clear()
        break
      case 'report':
        this.world.report?.(effect.key, effect.held)
        break
      case 'send':
        void this.send(effect.key, effect.payload, effect.timeoutMs)
        break
      case 'ask':
        void this.look(effect.key)
        break
      case 'wait':
        clearTimeout(this.timer)
        this.timer = setTimeout(() => this.on({ type: effect.next }), effect.ms)
    }
  }

  private async send(key: string, payload: string, timeoutMs: number): Promise<void> {
    const abort = new AbortController()
    const limit = setTimeout(() => abort.abort(), timeoutMs)
    const store = () => this.record && this.world.storage.write(this.record)
    try {
      this.on({ type: 'answered', key, ...(await this.world.send({ key, store }, payload, abort.signal)) })
    } catch (error) {
      this.on({ type: 'failed', key, problem: this.world.problemOf(error), ...this.chances() })
    } finally {
      clearTimeout(limit)
    }
  }

  private async look(key: string): Promise<void> {
    try {
      this.on({ type: 'status', key, status: await this.world.ask(key), ...this.chances() })
    } catch {
      this.on({ type: 'unanswered', chance: this.chances().chance })
    }
  }

  private chances() {
    const { chance = Math.random, newKey = mintKey } = this.world
    return { now: this.now(), chance: chance(), newKey: newKey() }
  }

  private now(): number {
    return (this.world.now ?? Date.now)()
  }

  private say(): void {
    if (this.leads) this.seat?.say(this.state, isSent(this.state))
  }

  private tell(): void {
    for (const listener of this.listeners) listener()
  }
}

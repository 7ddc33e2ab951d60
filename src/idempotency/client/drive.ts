import { begin, type Effect, type Event, type Found, type Problem, type State, type Step, type Stored, step } from './attempt'
import { type Keyed, mintKey } from './key'
import { PACE, type Pace } from './retry'
import type { AttemptStorage } from './storage'

/** What the machine needs of the world. Everything is passed in, so that a test can be the world. */
export interface World<Answer> {
  storage: AttemptStorage
  /** Sends the payload under the key, which `keyed.store` has put away before. Rejects with whatever `problemOf` can read. */
  send(keyed: Keyed, payload: string, signal: AbortSignal): Promise<{ answer: Answer; actionUrl: string | null }>
  /** Asks what became of the key, without sending anything again. */
  ask(key: string): Promise<Found<Answer>>
  /** Tells how many presses the page kept back; must survive the page (`keepalive`). */
  report(key: string, held: number): void
  /** The problem in an error, or null when no answer came at all. */
  problemOf(error: unknown): Problem | null
  pace?: Pace
  now?: () => number
  chance?: () => number
  newKey?: () => string
}

export interface Attempt<Answer> {
  state(): State<Answer>
  subscribe(listener: () => void): () => void
  press(payload: string, online: boolean): void
  /** Asks now rather than at the next turn. */
  ask(): void
  /** The connection is back, or the page is: go on at once with what is under way. Never begins anything. */
  hurry(): void
  /** The page is being left. */
  leave(): void
  /** Begins; returns what ends it. Safe to call again after that (React mounts twice in StrictMode). */
  start(): () => void
}

/** Carries out an attempt's effects: storage first, then the network. */
export function drive<Answer>(freshKey: string, world: World<Answer>, underWay: number | null = null): Attempt<Answer> {
  const { storage, pace = PACE, now = Date.now, chance = Math.random, newKey = mintKey } = world
  // Until `start`, what the server rendered: storage is not looked at before the page is alive.
  let state: State<Answer> = begin<Answer>(freshKey, null, underWay).state
  let record: Stored | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let running = false
  const listeners = new Set<() => void>()

  const take = (next: Step<Answer>) => {
    const changed = next.state !== state
    state = next.state
    for (const effect of next.effects) perform(effect)
    if (changed) for (const listener of listeners) listener()
  }
  const on = (event: Event<Answer>) => take(step(state, event, pace))

  const perform = (effect: Effect) => {
    switch (effect.do) {
      case 'store':
        record = effect.record
        return storage.write(record)
      case 'forget':
        return storage.clear()
      case 'report':
        return world.report(effect.key, effect.held)
      case 'send':
        return void send(effect.key, effect.payload, effect.timeoutMs)
      case 'ask':
        return void ask(effect.key)
      case 'wait':
        clearTimeout(timer)
        timer = setTimeout(() => on({ type: effect.next }), effect.ms)
    }
  }

  const send = async (key: string, payload: string, timeoutMs: number) => {
    const abort = new AbortController()
    const limit = setTimeout(() => abort.abort(), timeoutMs)
    try {
      on({ type: 'answered', key, ...(await world.send({ key, store: () => record && storage.write(record) }, payload, abort.signal)) })
    } catch (error) {
      on({ type: 'failed', key, problem: world.problemOf(error), now: now(), chance: chance(), newKey: newKey() })
    } finally {
      clearTimeout(limit)
    }
  }

  const ask = async (key: string) => {
    try {
      on({ type: 'status', key, status: await world.ask(key), now: now(), chance: chance(), newKey: newKey() })
    } catch {
      on({ type: 'unanswered', chance: chance() })
    }
  }

  const hurry = () => {
    if (state.at !== 'pausing' && state.at !== 'checking' && state.at !== 'acting') return
    clearTimeout(timer)
    on({ type: state.at === 'pausing' ? 'wake' : 'ask' })
  }

  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    press: (payload, online) => on({ type: 'press', payload, online, now: now() }),
    ask: () => on({ type: 'ask' }),
    hurry,
    leave: () => on({ type: 'leave' }),
    start() {
      if (running) hurry()
      else take(begin(freshKey, storage.read(), underWay))
      running = true
      return () => clearTimeout(timer)
    },
  }
}

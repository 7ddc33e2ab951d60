import { payNaively } from './naive-payment'
import { SafeServers, type StoredRecord } from './safe-server'
import { type Press, Side, type SideView } from './side'

/** The lesson for people, as it is now. Both sides get the same presses. */
export interface LessonView {
  naive: SideView
  safe: SideView
  /** The store of the right side. The left one has none. */
  records: readonly StoredRecord[]
  /** A step waits. */
  waiting: boolean
}

/** What is pressed. `dies`: the servers die right after their bank has charged. */
export interface Pressing {
  key: string
  times?: number
  losesAnswer?: boolean
  dies?: boolean
}

/** €24.00: also what the guide's commands pay. */
export const PRICE = { amountMinor: 2400, currency: 'EUR' }

/**
 * A naive and a safe handler under the same presses, each with a bank of its own. Nothing moves by itself: `next` takes one
 * step on each side. Calls wait for one another.
 */
export class Lesson {
  private readonly servers = new SafeServers()
  private readonly naive = new Side(
    ({ bank }) =>
      ({ input }) =>
        payNaively(input, bank),
  )
  private readonly safe = new Side(this.servers.start)
  private readonly sides = [this.naive, this.safe]
  private readonly listeners = new Set<() => void>()
  private current = this.newView()
  private last: Promise<void> = Promise.resolve()

  readonly view = (): LessonView => this.current

  /** @returns a function that ends it */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  press({ key, times = 1, losesAnswer = false, dies = false }: Pressing): Promise<void> {
    const press: Press = { key, input: PRICE, losesAnswer }
    return this.inTurn(async () => {
      for (let time = 0; time < times; time++) await this.both((side) => side.send(press))
      if (dies) for (const side of this.sides) side.armDeath()
    })
  }

  /** Takes one step on each side where one waits. */
  next(): Promise<void> {
    return this.inTurn(() => this.step())
  }

  /** Takes all steps. */
  finish(): Promise<void> {
    return this.inTurn(async () => {
      while (this.newView().waiting) await this.step()
    })
  }

  kill(): Promise<void> {
    return this.inTurn(() => this.both((side) => side.kill()))
  }

  start(): Promise<void> {
    return this.inTurn(() => this.both((side) => side.start()))
  }

  private async step(): Promise<void> {
    this.servers.tick()
    await this.both((side) => side.next())
  }

  private async both(act: (side: Side) => Promise<void> | void): Promise<void> {
    await Promise.all(this.sides.map(act))
  }

  private inTurn(act: () => Promise<void>): Promise<void> {
    this.last = this.last.then(act).then(() => {
      this.current = this.newView()
      for (const listener of this.listeners) listener()
    })
    return this.last
  }

  private newView(): LessonView {
    const [naive, safe] = [this.naive.view(), this.safe.view()]
    const waiting = naive.upcoming !== null || safe.upcoming !== null
    return { naive, safe, records: this.servers.records(), waiting }
  }
}

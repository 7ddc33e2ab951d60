/** One await of a server: what it does, and what came of it in words. */
export interface ServerStep<T> {
  /** `charge`: the bank may charge in this step. */
  kind: 'charge' | 'other'
  title: string
  act(): Promise<T>
  result(value: T): string
}

/** A step that has been taken, for people. */
export interface TakenStep {
  number: number
  title: string
  result: string
}

interface WaitingStep {
  kind: ServerStep<unknown>['kind']
  title: string
  run(): Promise<string>
}

/** Steps that are remembered: more than one press ×5 needs. */
const TAKEN_MAX = 40

/** The awaits of a server as steps, which happen one by one, when somebody lets them. */
export class Steps {
  private waiting: WaitingStep[] = []
  private count = 0
  taken: TakenStep[] = []

  /** @returns what `act` returns, once the step's turn has come. If the server dies before, never */
  step<T>({ kind, title, act, result }: ServerStep<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const run = async () => {
        try {
          const value = await act()
          resolve(value)
          return result(value)
        } catch (error) {
          reject(error)
          return 'failed'
        }
      }
      this.waiting.push({ kind, title, run })
    })
  }

  /** Takes the oldest step. @returns its kind; null: none was waiting */
  async next(): Promise<ServerStep<unknown>['kind'] | null> {
    const step = this.waiting.shift()
    if (!step) return null
    this.note(step.title, await step.run())
    await settled()
    return step.kind
  }

  /** Title of the step that is next; null: none is waiting. */
  upcoming(): string | null {
    return this.waiting[0]?.title ?? null
  }

  /** What waits here never happens. */
  drop(): void {
    this.waiting = []
  }

  note(title: string, result: string): void {
    this.count += 1
    this.taken = [...this.taken, { number: this.count, title, result }].slice(-TAKEN_MAX)
  }
}

/** Resolves when everything that can go on by itself has done so: promises do before the next timer. */
export function settled(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve))
}

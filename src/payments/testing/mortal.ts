import type { Db } from '@/platform/db'

/** Why a run ended: its process was killed. */
export class Killed extends Error {}

/** A life that ends at one of its steps. */
export interface MortalLife {
  /** The database; each statement is a step. */
  db: Db
  /** Makes anything else a step: a question to the bank. */
  step: <T>(act: () => Promise<T>) => Promise<T>
  survived: () => boolean
}

/**
 * A run that is killed at its n-th step, before the step has its effect, or after it, unheard by the run. From then on every step is refused.
 * @param at from 1; beyond the last step the run survives
 */
export function mortalLife(db: Db, at: number, when: 'before' | 'after'): MortalLife {
  let steps = 0
  let dead = false
  const step = async <T>(act: () => Promise<T>): Promise<T> => {
    if (dead) throw new Killed()
    const last = ++steps === at
    if (last) dead = true
    if (last && when === 'before') throw new Killed()
    const answer = await act()
    if (last) throw new Killed()
    return answer
  }
  /** Prisma sends a query when somebody waits for it; `$transaction` needs the query itself. */
  const lazily = <T extends object>(query: T): T =>
    new Proxy(query, {
      get: (target, name) => {
        if (name === 'then')
          return (yes: () => void, no: () => void) =>
            step(async () => (await target) as unknown).then(yes as never, no)
        const value = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  const mortalDb = new Proxy(db, {
    get: (target, name) => {
      if (name === '$queryRaw' || name === '$executeRaw') return (query: never) => lazily(target[name](query))
      if (name === '$transaction') return (queries: never) => step(() => target.$transaction(queries))
      return Reflect.get(target, name)
    },
  })
  return { db: mortalDb, step, survived: () => !dead }
}

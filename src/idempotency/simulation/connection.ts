import type { StoreForm } from '../core/operation'
import type { Claim } from '../core/record'
import { type Claimed, type Store, StoreUnavailable } from '../core/store'
import type { Process } from './clock'
import type { StoreLaws } from './laws'
import type { Accident } from './plan'

/** The verbs that go over the connection. */
const VERBS = [
  'read',
  'claim',
  'takeOver',
  'renew',
  'commit',
  'release',
  'takeOverdue',
  'takeInDoubt',
  'unpark',
  'markOverdue',
  'endFarLeases',
  'reap',
  'expireAnswers',
] as const

/** What a connection needs of its world. */
export interface Wire {
  /** A point where a process waits: others run first, and an accident may strike. */
  turn(process: Process, label: string): Promise<Accident>
  /** Time stands still until the call has ended. */
  real<Result>(call: () => Promise<Result>): Promise<Result>
}

/** The store as one server sees it: over a connection that may break before or after a call is carried out. */
export function connect<Form extends StoreForm>(
  store: Store<Form>,
  process: Process,
  wire: Wire,
  laws: StoreLaws,
): Store<Form> {
  const connected: Record<string, unknown> = { leaseMs: store.leaseMs }
  for (const verb of VERBS) {
    const carryOut = (store[verb] as (...args: unknown[]) => Promise<unknown>).bind(store)
    connected[verb] = async (...args: unknown[]) => {
      if ((await wire.turn(process, `${verb} arrives`)) === 'cut before' || process.isCutOff())
        throw new StoreUnavailable('cut before')
      const done = laws.called(verb, args)
      const result = await wire.real(() => carryOut(...args))
      done(result)
      if ((await wire.turn(process, `${verb} answers`)) === 'cut after') return cutAfter(verb, result)
      return result
    }
  }
  return connected as unknown as Store<Form>
}

/** A store may learn over another connection that it has the claim, but not the answer of `begin`. */
function cutAfter(verb: string, result: unknown): Claimed & { claim: Claim } {
  const claimed = result as Claimed | null
  if ((verb === 'claim' || verb === 'takeOver') && claimed?.begun.kind === 'written')
    return { ...claimed, begun: { kind: 'answer-lost' } }
  throw new StoreUnavailable('cut after', { maybeDone: true })
}

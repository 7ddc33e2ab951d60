import { type Accident, whyNever } from './accidents'
import type { Installation } from './installation'
import { PLAYED, type Played } from './played'

/** An accident that meets an operation. */
export interface Encounter {
  accident: Accident
  played: Played
}

/** One request at which an accident was aimed. */
export interface Aim extends Encounter {
  key: string
  mark: string
  /** The key under which its operation asks the bank. */
  bankKey: string
}

/** The aims that have struck their own request: by the lab's own list, and by the bank's. */
export async function struckOf(installation: Installation, aims: readonly Aim[]): Promise<Set<Aim>> {
  const atBank = await installation.simulator.struck()
  return new Set(aims.filter(({ mark, bankKey }) => installation.struck.has(mark) || atBank.has(bankKey)))
}

/**
 * I24: what was played must have struck at least once, whoever was struck beside it. @returns the encounters that this run proves nothing about:
 * those that were aimed at in vain, and an accident that was aimed at nobody
 */
export async function neverStruck(
  installation: Installation,
  accidents: readonly Accident[],
  aims: readonly Aim[],
): Promise<Encounter[]> {
  const struck = await struckOf(installation, aims)
  return accidents.flatMap((accident): Encounter[] => {
    const own = aims.filter((aim) => aim.accident.id === accident.id)
    if (own.length === 0) return [{ accident, played: 'checkout' }]
    return possible(accident)
      .map((played) => ({ accident, played, aimed: own.filter((aim) => aim.played === played) }))
      .filter(({ aimed }) => aimed.length > 0 && !aimed.some((aim) => struck.has(aim)))
  })
}

/** The operations that an accident can happen to. */
export function possible(accident: Accident): Played[] {
  return PLAYED.filter((played) => whyNever(accident, played) === null)
}

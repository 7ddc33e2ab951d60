import { uuidv7 } from '@/lib/id'
import { pause } from '@/setup/process/console'
import type { Charge } from './peer'

/** Counts the charges that it makes, and knows no keys: whoever asks twice charges twice. */
export interface CountingBank {
  atOnce: Charge
  /** Answers after 20 ms. */
  slow: Charge
  /** Charges, and never answers: whoever asked dies meanwhile. */
  silent: Charge
  charges(): number
}

const SLOW_MS = 20

export function countingBank(): CountingBank {
  let charges = 0
  const charge = () => {
    charges += 1
    return `ch_${uuidv7()}`
  }
  return {
    atOnce: async () => charge(),
    slow: async () => {
      const ref = charge()
      await pause(SLOW_MS)
      return ref
    },
    silent: () => {
      charge()
      return new Promise(() => undefined)
    },
    charges: () => charges,
  }
}

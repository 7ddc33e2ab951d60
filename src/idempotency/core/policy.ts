/** What an operation may choose for itself, with its bounds. */
export interface ChoiceBounds {
  least: number
  most: number
  /** Where nothing is chosen. */
  usual: number
  unit: string
}

/** How long a request waits for another one with its key. */
export const WAIT_MS: ChoiceBounds = { least: 0, most: 60_000, usual: 5_000, unit: 'milliseconds' }
/** How long an answer is replayed. The database has the same bounds (CHECK) and the same default. */
export const RETENTION_DAYS: ChoiceBounds = { least: 1, most: 3_650, usual: 30, unit: 'days' }

/**
 * A number that was chosen, or the usual one.
 * @param name of the option, for the message
 * @throws TypeError that says what to write instead
 */
export function numberWithin(
  caller: string,
  name: string,
  { least, most, usual, unit }: ChoiceBounds,
  value: unknown,
): number {
  if (value === undefined) return usual
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
    throw new TypeError(
      `${caller}: \`${name}\` is ${shown(value)}. Write a whole number of ${unit} from ${least} to ${most}, or leave it out (${usual}).`,
    )
  return value
}

/** A wrong value in a message, cut short. */
function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value)
}

import { type ParseArgsConfig, parseArgs } from 'node:util'
import { print, printError, reasonOf } from './console'

/**
 * Reads the options of this process's command line. `--help` prints the usage and ends the process with code 0;
 * an option that does not exist, or has no value, prints the reason and the usage, and ends it with code 2.
 */
export function readOptions<const Options extends NonNullable<ParseArgsConfig['options']>>(
  usage: string,
  options: Options,
) {
  if (process.argv.includes('--help')) {
    print(usage)
    process.exit(0)
  }
  try {
    return parseArgs({ options }).values
  } catch (error) {
    return refuseOption(reasonOf(error), usage)
  }
}

/** The value of an option that counts something; anything but a whole number from 0 ends the process with code 2. */
export function readCount(option: string, value: string, usage: string): number {
  return /^\d{1,15}$/.test(value)
    ? Number(value)
    : refuseOption(`${option} takes a whole number, not "${value}".`, usage)
}

/** Prints the reason and the usage, and ends the process with code 2. */
export function refuseOption(reason: string, usage: string): never {
  printError(`${reason}\n\n${usage}`)
  process.exit(2)
}

/** Output for the person at the terminal: one line a step, with its seconds, so that a long step is seen to be working. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

export function printError(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** Runs one step and prints its name and duration when it is done. */
export async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const began = performance.now()
  const result = await work()
  print(`  ${name.padEnd(34)} ${seconds(performance.now() - began)}`)
  return result
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

/** The message of anything that was thrown. */
export function reasonOf(error: unknown): string {
  // A host name with two addresses fails twice, and the error that holds both has no message.
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Polls `ready` every `everyMs` until it is true. @returns false when `withinMs` have passed */
export async function until(
  ready: () => boolean | Promise<boolean>,
  withinMs: number,
  everyMs = 25,
): Promise<boolean> {
  const deadline = performance.now() + withinMs
  while (!(await ready())) {
    if (performance.now() > deadline) return false
    await pause(everyMs)
  }
  return true
}

/** Recurring work. Any number of workers may run a job at once: each row is taken by one of them. */
export interface Job {
  name: string
  everyMs: number
  /**
   * Runs one bounded batch. @returns the rows that it handled; a full batch (`batchMax`) is followed by the
   * next at once
   */
  run(stopping: AbortSignal): Promise<number>
  batchMax: number
}

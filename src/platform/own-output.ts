import { formatWithOptions, stripVTControlCharacters } from 'node:util'
import { readLogEnv } from './env'
import { type Log, openLog } from './log'

/** A way of logging, with the level under which its text appears in ours. */
const CONSOLE = {
  debug: 'debug',
  log: 'info',
  info: 'info',
  dir: 'info',
  table: 'info',
  warn: 'warn',
  trace: 'warn',
  error: 'error',
  assert: 'error',
} as const

/**
 * The log of a whole process, which owns its output. Development keeps the output that its tools make for a
 * person.
 */
export function openProcessLog(name: string): Log {
  const { level, forPeople } = readLogEnv()
  const log = openLog(level, name)
  if (!forPeople) ownOutput(log)
  return log
}

/**
 * Sends everything that this process would print through the log: `console`, writes to the standard streams,
 * Node's warnings and errors that nobody caught. Libraries write plain text, into which a caller's line break
 * and escape codes pass; here each call becomes one line of JSON.
 *
 * To be called once, before anything else can print. Not covered: what Node itself prints as it dies of a
 * lack of memory, and what happens before our first line.
 */
export function ownOutput(log: Log): void {
  for (const [method, level] of Object.entries(CONSOLE) as [keyof typeof CONSOLE, 'info'][])
    console[method] = (...args: unknown[]) => {
      // The first argument of `assert` is the condition, and it logs only where that does not hold.
      if (method !== 'assert') return report(log, level, args)
      if (!args[0]) report(log, level, ['Assertion failed', ...args.slice(1)])
    }
  takeOver(process.stdout, (text) => report(log, 'info', [text]))
  takeOver(process.stderr, (text) => report(log, 'warn', [text]))
  // Node's own listener writes to the standard error past all streams.
  process.removeAllListeners('warning')
  process.on('warning', (warning) => log.warn({ err: warning }, 'a warning of Node'))
  process.on('uncaughtException', (error) => {
    // Next has a listener too: it reports the error to the console and lets the process live.
    if (process.listenerCount('uncaughtException') > 1) return
    log.fatal({ err: error }, 'an error was caught by nobody; the process ends')
    process.exit(1)
  })
}

function report(log: Log, level: 'debug' | 'info' | 'warn' | 'error', args: unknown[]): void {
  const error = args.find((arg) => arg instanceof Error)
  const words = args.filter((arg) => arg !== error || typeof arg === 'string')
  const text = stripVTControlCharacters(formatWithOptions({ colors: false, depth: 4 }, ...words)).trim()
  if (text === '' && !error) return
  log[level](error ? { err: error } : {}, text || (error as Error).message)
}

function takeOver(stream: NodeJS.WriteStream, write: (text: string) => void): void {
  stream.write = ((chunk: Uint8Array | string, second?: unknown, third?: unknown) => {
    write(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'))
    const done = typeof second === 'function' ? second : third
    if (typeof done === 'function') process.nextTick(done as () => void)
    return true
  }) as typeof stream.write
}

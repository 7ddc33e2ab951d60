import { commandOf, parentOf, processId, stillRuns } from './process-id'

/** 500 ms: a product that nobody supervises any more runs half a second longer. */
const LOOK_MS = 500
/** The shell that npm starts for a script, npm, and one more that the script may start. */
const ANCESTORS_MAX = 3
const NPM = /^npm( |$)|npm-cli\.js/

/** The npm that runs a process, named by `processId`; null without one. */
export function npmAbove(pid: number): string | null {
  let ancestor = parentOf(pid)
  for (let steps = 0; steps < ANCESTORS_MAX && ancestor > 1; steps++) {
    if (NPM.test(commandOf(ancestor))) return processId(ancestor)
    ancestor = parentOf(ancestor)
  }
  return null
}

/**
 * Calls `stop` when the npm that runs this process has ended. At SIGTERM npm ends and passes nothing on, so a process manager that stops
 * `npm start` would otherwise leave everything below it running. Keeps no process running.
 */
export function stopWithNpm(stop: () => void): void {
  const npm = npmAbove(process.pid)
  if (npm === null) return
  const looking = setInterval(() => {
    if (stillRuns(npm)) return
    clearInterval(looking)
    stop()
  }, LOOK_MS).unref()
}

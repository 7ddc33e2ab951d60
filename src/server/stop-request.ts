/** `npm start` says by it for how many ms web and worker go on after their supervisor was killed, until the next start takes their place. */
const OUTLIVE = '--outlive-ms='

/**
 * Calls `stop` when this process should end: on a signal, or when its supervisor is gone, since then no
 * signal would come later. A process that was started by hand has no supervisor; only signals count for it.
 */
export function onStopRequest(stop: () => void): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop)
  process.once('disconnect', () => setTimeout(stop, outliveMs(process.argv)))
  if (process.connected === false) stop()
}

function outliveMs(args: readonly string[]): number {
  return Number(args.find((arg) => arg.startsWith(OUTLIVE))?.slice(OUTLIVE.length) ?? 0)
}

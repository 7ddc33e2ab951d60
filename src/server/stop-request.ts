/**
 * Calls `stop` when this process is told to end: by a signal, or because its supervisor is gone (then nobody would tell it later).
 * A process that was started by hand has no supervisor, and only signals count.
 */
export function onStopRequest(stop: () => void): void {
  for (const event of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.once(event, stop)
  if (process.connected === false) stop()
}

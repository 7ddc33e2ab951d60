/**
 * Calls `stop` when this process should end: on a signal, or when its supervisor is gone, since then no
 * signal would come later. A process that was started by hand has no supervisor; only signals count for it.
 */
export function onStopRequest(stop: () => void): void {
  for (const event of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.once(event, stop)
  if (process.connected === false) stop()
}

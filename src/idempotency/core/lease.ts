import type { Clock } from './clock'
import type { Claim } from './record'

/**
 * Heartbeats in one lease. 3: two may be lost, to a bad connection or a busy process, before the claim can be
 * taken over.
 */
const BEATS = 3

interface Leases {
  readonly leaseMs: number
  renew(claim: Claim): Promise<boolean>
}

/**
 * Runs `work` while a heartbeat renews its lease. The first refusal ends the heartbeat: the lease was lost,
 * or has reached its ceiling (`CEILING_LEASES`, so that work that hangs does not block its key for ever). The
 * work itself is not stopped: its writes are fenced, and it may still be the first to learn the outcome.
 */
export async function withLease<T>(
  leases: Leases,
  claim: Claim,
  clock: Clock,
  work: () => Promise<T>,
): Promise<T> {
  let over = false
  let beating: Promise<void> = Promise.resolve()
  const wait = () => clock.after(leases.leaseMs / BEATS, () => (beating = beat()))
  let cancel = wait()
  const beat = async () => {
    // A beat that cannot be sent is only one lost beat: the next one tries again.
    const renewed = await leases.renew(claim).catch(() => true)
    if (renewed && !over) cancel = wait()
  }
  try {
    return await work()
  } finally {
    over = true
    cancel()
    // A beat that lands after the commit would postpone the next check of a record in doubt.
    await beating
  }
}

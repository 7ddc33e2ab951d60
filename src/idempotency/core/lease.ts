import type { Clock } from './clock'
import type { Claim } from './record'

/** Beats in one lease. 3: two of them may be lost, on a bad line or in a busy process, before somebody else takes over. */
const BEATS = 3

interface Leases {
  readonly leaseMs: number
  renew(claim: Claim): Promise<boolean>
}

/**
 * Does `work` while its lease is renewed. The first refusal ends the beating: the lease was lost, or held for as long as it may be
 * (the store's hard ceiling, so that work that hangs does not hold its key for ever). The work itself is not stopped: its writes are
 * fenced, and it may yet be the first to know the outcome.
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
    // A beat that cannot be sent is only one beat: the next one tries again.
    const held = await leases.renew(claim).catch(() => true)
    if (held && !over) cancel = wait()
  }
  try {
    return await work()
  } finally {
    over = true
    cancel()
    // A beat that lands after the commit would put off the next look at a record in doubt.
    await beating
  }
}

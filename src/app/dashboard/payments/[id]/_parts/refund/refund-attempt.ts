/** One refund as its page sends it. Its key stays the same until the refund has a definite end, over retries and reloads. */
export interface RefundAttempt {
  key: string
  /** In minor units of the payment's currency. */
  amount: number
  reason: string
  /** `request`: another admin must approve it. */
  way: 'refund' | 'request'
}

/**
 * State of the dialog. `lost`: sent, and no answer came; the same attempt is sent again. `checking`: the bank's answer is not known yet, and
 * the server finds it out. `refused`: certainly nothing was refunded.
 */
export type RefundPhase =
  | { at: 'editing' }
  | { at: 'confirming' | 'sending'; attempt: RefundAttempt }
  | { at: 'lost'; attempt: RefundAttempt; offline: boolean }
  | { at: 'checking'; attempt: RefundAttempt; refundId: string | null }
  | { at: 'done'; attempt: RefundAttempt }
  | { at: 'refused'; attempt: RefundAttempt; detail: string }

/** The members of the server's problem that decide. */
export interface RefundFailure {
  kind: string
  retry: string
  detail: string
  refund?: unknown
}

/** The state after a send that failed. @param problem null: no answer came */
export function phaseAfterFailure(
  attempt: RefundAttempt,
  problem: RefundFailure | null,
  online: boolean,
): RefundPhase {
  if (problem?.kind === 'outcome-unknown') {
    const refundId = typeof problem.refund === 'string' ? problem.refund : null
    return { at: 'checking', attempt, refundId }
  }
  // "Send the same again" holds for a server that is away, or is still at it: nothing is certain.
  if (!problem || problem.retry === 'same-key') return { at: 'lost', attempt, offline: !online }
  return { at: 'refused', attempt, detail: problem.detail }
}

/** What becomes of a refund in doubt, by the payment's own list of refunds. */
export function phaseByList(
  phase: RefundPhase,
  refunds: readonly { id: string; status: 'pending' | 'succeeded' | 'failed' | 'returned' }[],
): RefundPhase {
  if (phase.at !== 'checking') return phase
  const found = refunds.find(({ id }) => id === phase.refundId)?.status
  if (found === 'succeeded') return { at: 'done', attempt: phase.attempt }
  const detail = 'The bank refused this refund. No money moved, and the amount can be refunded again.'
  return found === 'failed' ? { at: 'refused', attempt: phase.attempt, detail } : phase
}

type WebStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/**
 * Keeps an attempt from its first send to its end, so that a reload in between sends the same key. Never throws: where storage is blocked, the
 * attempt lasts as long as the page.
 * @param operator part of the name: a key belongs to its operator, and under another one it would be another refund
 */
export function refundAttemptStorage(
  operator: string,
  payment: string,
  storage: () => WebStorage = () => localStorage,
) {
  const name = `payonce.refund:${operator}:${payment}`
  return {
    read: (): RefundAttempt | null => parse(orNull(() => storage().getItem(name))),
    write: (attempt: RefundAttempt) => void orNull(() => storage().setItem(name, JSON.stringify(attempt))),
    clear: () => void orNull(() => storage().removeItem(name)),
  }
}

function parse(text: string | null): RefundAttempt | null {
  const found = orNull(() => JSON.parse(text ?? 'null') as Partial<RefundAttempt> | null)
  if (!found) return null
  const { key, amount, reason, way } = found
  const whole = typeof key === 'string' && Number.isSafeInteger(amount) && typeof reason === 'string'
  return whole && (way === 'refund' || way === 'request')
    ? { key, amount: amount as number, reason, way }
    : null
}

function orNull<T>(read: () => T): T | null {
  try {
    return read()
  } catch {
    return null
  }
}

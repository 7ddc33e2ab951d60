import type { PaymentData } from '../../../../_parts/api'

/** What an operator may ask for of an authorised payment. */
export type EndVerb = 'capture' | 'void'

/**
 * State of the dialog. `open`: nothing is certain, and the same request is sent again under its key; `detail` null: no answer came. `checking`:
 * the bank's answer is not known yet, and the server finds it out. `refused`: this request did nothing.
 */
export type EndPhase =
  | { at: 'confirming' | 'sending' | 'checking' | 'done' }
  | { at: 'open'; detail: string | null; offline: boolean }
  | { at: 'refused'; title: string; detail: string }

/** The members of the server's problem that decide. */
export interface EndFailure {
  kind: string
  retry: string
  detail: string
  paymentStatus?: unknown
}

/** The state after a send that failed. @param problem null: no answer came */
export function phaseAfterFailure(verb: EndVerb, problem: EndFailure | null, online: boolean): EndPhase {
  if (problem?.kind === 'outcome-unknown') return { at: 'checking' }
  if (!problem) return { at: 'open', detail: null, offline: !online }
  if (problem.retry === 'same-key') return { at: 'open', detail: problem.detail, offline: false }
  return { at: 'refused', title: refusedTitle(verb, problem), detail: problem.detail }
}

function refusedTitle(verb: EndVerb, { paymentStatus }: EndFailure): string {
  if (paymentStatus === 'succeeded') return 'Already captured'
  if (paymentStatus === 'voided') return 'Already voided'
  return NOTHING[verb]
}

const NOTHING = { capture: 'Nothing was captured', void: 'Nothing was voided' }

/** What becomes of a request in doubt, by the payment's own page. */
export function phaseByPayment(
  phase: EndPhase,
  verb: EndVerb,
  { status }: Pick<PaymentData, 'status'>,
): EndPhase {
  if (phase.at !== 'checking' || (status !== 'succeeded' && status !== 'voided')) return phase
  if ((status === 'succeeded') === (verb === 'capture')) return { at: 'done' }
  const detail =
    status === 'succeeded'
      ? 'The bank had captured this payment before. It can be refunded.'
      : 'The bank had released this payment before, or its time had passed. Nothing was charged.'
  return { at: 'refused', title: NOTHING[verb], detail }
}

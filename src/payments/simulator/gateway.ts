import type {
  AuthorisationOutcome,
  Doubt,
  Found,
  FoundDispute,
  Gateway,
  Outcome,
  RefundOutcome,
} from '../gateway'
import type { SimulatedBank } from './bank'
import { feeFor } from './cards'
import {
  type BankAnswer,
  type BankAuthorisation,
  type BankCancelRequest,
  type BankCapture,
  BankFault,
  type BankRefundRequest,
  type BankRequest,
} from './types'

export interface SimulatorOptions {
  bank: SimulatedBank
  /** Time for an answer, in milliseconds; after it the outcome is unknown. */
  timeoutMs: number
}

/** 24 h: as long as banks that publish it remember a key. The simulated one never forgets, but its clients must not rely on that. */
export const REMEMBERS_FOR_MS = 24 * 3_600_000
/** Delay of the slowest test card. We never ask before our own time-out has passed, so this is added to it. */
export const SLOWEST_MS = 3_000

/** The gateway port over the simulated bank in this process: answers, silence and errors become outcomes. */
export function simulatorGateway({ bank, timeoutMs }: SimulatorOptions): Gateway {
  return {
    name: 'simulator',
    mode: 'test',
    settlesWithinMs: timeoutMs + SLOWEST_MS,
    remembersForMs: REMEMBERS_FOR_MS,
    charge: (request) => doubtful(timeoutMs, () => askToCharge(bank, { ...request, token: request.method })),
    find: (key) => doubtful(timeoutMs, () => askForKey(bank, key)),
    cancel: (request) => doubtful(timeoutMs, () => askToCancel(bank, request)),
    refund: (request) => doubtful(timeoutMs, () => askToRefund(bank, request)),
    charges: (query) => doubtful(timeoutMs, () => bank.charges(query)),
    movements: (query) => doubtful(timeoutMs, () => bank.movements(query)),
    dispute: (ref) => doubtful(timeoutMs, () => askForDispute(bank, ref)),
    authorisations: {
      capture: (request) => doubtful(timeoutMs, () => askToCapture(bank, request)),
      release: (request) => doubtful(timeoutMs, () => askToRelease(bank, request)),
    },
  }
}

/** The bank's answers as outcomes of the port; its HTTP server sends the same ones. @throws BankFault */
export async function askToCharge(bank: SimulatedBank, request: BankRequest): Promise<Outcome> {
  return outcomeOf(await bank.charge(request))
}

export async function askForKey(bank: SimulatedBank, key: string): Promise<Found> {
  const answer = await bank.find(key)
  return answer ? outcomeOf(answer) : { kind: 'absent' }
}

export async function askToCancel(bank: SimulatedBank, request: BankCancelRequest): Promise<Outcome> {
  return outcomeOf(await bank.cancel(request))
}

export async function askToRefund(bank: SimulatedBank, request: BankRefundRequest): Promise<RefundOutcome> {
  const ref = await bank.refund(request)
  return ref ? { kind: 'refunded', ref } : { kind: 'refused', reason: 'less than that is left of the charge' }
}

export async function askToCapture(bank: SimulatedBank, request: BankCapture) {
  return endOf(await bank.capture(request))
}

export async function askToRelease(bank: SimulatedBank, request: BankAuthorisation) {
  return endOf(await bank.release(request))
}

/** @throws BankFault for what has not ended, which neither verb leaves so */
function endOf({
  status,
  chargeId,
  amountMinor,
  currency,
}: BankAnswer): Exclude<AuthorisationOutcome, Doubt> {
  if (status === 'released') return { kind: 'released' }
  if (status !== 'approved' || chargeId === null) throw new BankFault('error')
  return { kind: 'captured', ref: chargeId, amountMinor, currency, feeMinor: feeFor(amountMinor) }
}

export async function askForDispute(bank: SimulatedBank, ref: string): Promise<Exclude<FoundDispute, Doubt>> {
  const state = await bank.dispute(ref)
  return state ? { kind: 'dispute', state } : { kind: 'absent' }
}

function outcomeOf(answer: BankAnswer): Outcome {
  const { amountMinor, currency, cardLabel, chargeId, declineCode, challengeId } = answer
  switch (answer.status) {
    case 'approved':
      return {
        kind: 'approved',
        ref: chargeId ?? '',
        amountMinor,
        currency,
        feeMinor: feeFor(amountMinor),
        cardLabel,
      }
    case 'declined':
      return { kind: 'declined', code: declineCode ?? 'card_declined', cardLabel }
    case 'challenge':
      return { kind: 'challenge', actionUrl: challengeUrl(challengeId ?? '') }
    case 'authorised':
      return {
        kind: 'authorised',
        ref: answer.authorisationId ?? '',
        amountMinor,
        currency,
        cardLabel,
        captureBefore: answer.captureBefore ?? new Date(0),
      }
    case 'released':
    case 'cancelled':
      return { kind: 'cancelled' }
  }
}

/** Address of the simulated bank's page for a challenge, on our own host (`server/bank-pages.ts`). */
export function challengeUrl(challengeId: string): string {
  return `/api/bank/challenges/${challengeId}`
}

/** Turns every failure between us and the bank into doubt, which is an answer. */
async function doubtful<T>(timeoutMs: number, ask: () => Promise<T>): Promise<T | Doubt> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BankFault('silence')), timeoutMs)
  })
  // A silent bank neither answers nor fails: only our own clock ends the wait.
  const answer = ask().catch((error) =>
    error instanceof BankFault && error.kind === 'silence' ? timeout : Promise.reject(error),
  )
  try {
    return await Promise.race([answer, timeout])
  } catch (error) {
    return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) }
  } finally {
    clearTimeout(timer)
  }
}

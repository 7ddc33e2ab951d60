import type { Gateway, Outcome } from '../gateway'
import { type BankAnswer, BankFault, type SimulatedBank } from './bank'
import { feeFor } from './cards'

export interface SimulatorOptions {
  bank: SimulatedBank
  /** How long we wait for an answer before it counts as unknown, in milliseconds. */
  timeoutMs: number
}

/** The gateway port over the simulated bank: what a bank's client does with answers, silence and errors. */
export function simulatorGateway({ bank, timeoutMs }: SimulatorOptions): Gateway {
  return {
    name: 'simulator',
    // The slowest test card answers after 3 s. We never look before our own time-out, so this is on top of it.
    settlesWithinMs: timeoutMs + 3_000,
    charge: (request) => doubtful(timeoutMs, async () => outcomeOf(await bank.charge({ ...request, token: request.method }))),
    find: (key) =>
      doubtful(timeoutMs, async () => {
        const answer = await bank.find(key)
        return answer ? outcomeOf(answer) : { kind: 'absent' }
      }),
  }
}

function outcomeOf(answer: BankAnswer): Outcome {
  const { amountMinor, currency, cardLabel, chargeId, declineCode, challengeId } = answer
  switch (answer.status) {
    case 'approved':
      return { kind: 'approved', ref: chargeId ?? '', amountMinor, currency, feeMinor: feeFor(amountMinor), cardLabel }
    case 'declined':
      return { kind: 'declined', code: declineCode ?? 'card_declined', cardLabel }
    case 'challenge':
      return { kind: 'challenge', actionUrl: `/api/bank/challenges/${challengeId}` }
  }
}

/** Whatever goes wrong between us and the bank is doubt, and doubt is an answer. */
async function doubtful<T>(timeoutMs: number, ask: () => Promise<T>): Promise<T | (Outcome & { kind: 'unknown' })> {
  let timer: NodeJS.Timeout | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new BankFault('silence')), timeoutMs)
  })
  // A silent bank neither answers nor fails: only our own clock ends the wait.
  const answer = ask().catch((error) => (error instanceof BankFault && error.kind === 'silence' ? timeout : Promise.reject(error)))
  try {
    return await Promise.race([answer, timeout])
  } catch (error) {
    return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) }
  } finally {
    clearTimeout(timer)
  }
}

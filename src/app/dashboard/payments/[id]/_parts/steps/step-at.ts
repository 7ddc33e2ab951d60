import type { PaymentData } from '../../../../_parts/api'
import type { PaymentStep, StepEvent } from './payment-step'

export function stepAt(from: string, to: string, at: number, event: StepEvent, until = at): PaymentStep {
  return { from, to, at, until, count: 1, event }
}

export function postingStep(
  from: string,
  ledger: string,
  at: number,
  { kind: posting, description }: PaymentData['transactions'][number],
): PaymentStep {
  return stepAt(from, ledger, at, { kind: 'posting', posting, description })
}

import { formatMoney } from '@/lib/money'
import type { StepFacts } from '../steps/payment-step'

/** `Payment of £67.24, R-1001`. The reference is a text of others. */
export function sequenceTitle({ amount, currency, reference }: StepFacts): string {
  const money = formatMoney(amount, currency)
  return reference ? `Payment of ${money}, ${reference}` : `Payment of ${money}`
}

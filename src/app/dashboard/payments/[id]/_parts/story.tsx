'use client'
import { Timestamp } from '@/ui/timestamp'
import type { PaymentSteps } from './steps/payment-step'
import { explainStep } from './steps/step-sentences'

/** What happened, as numbered sentences. The diagram below draws the same steps. */
export function Story({ model: { participants, steps } }: { model: PaymentSteps }) {
  return (
    <ol aria-label="What happened, step by step" className="divide-y divide-line border-line border-t">
      {steps.map((step, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: steps are only added, and a step has no id
        <li key={index} className="flex flex-wrap gap-x-3 px-4 py-2 text-ui sm:flex-nowrap sm:px-5">
          <span className="figures w-5 shrink-0 text-right text-ink-3">{index + 1}</span>
          <span className="wrap-anywhere min-w-0 flex-1">{explainStep(step, participants).sentence}</span>
          <Timestamp
            at={new Date(step.at)}
            style="time"
            className="shrink-0 text-ink-3 text-xs max-sm:w-full max-sm:ps-8"
          />
        </li>
      ))}
    </ol>
  )
}

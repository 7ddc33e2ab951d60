import { Button } from '@/ui/button'
import type { CheckoutState } from './use-checkout'
import { STAGES } from './words'

/** The one live region. It is in the first HTML already, and its words change at stages only. */
export function AttemptStatus({ state, stage, onAsk }: { state: CheckoutState; stage: number; onAsk: () => void }) {
  const outage = state.at === 'pausing' && !state.doubt
  return (
    <div className="-mt-1 flex flex-col items-start gap-2 text-ink-2 text-sm">
      {state.at === 'ready' && <p className="text-ink-3 text-ui">You can press Pay again or reload: you will be charged only once.</p>}
      <p role="status">
        {outage ? 'We cannot reach our payment system. Nothing was charged; we are trying again by ourselves.' : says(state, stage)}
      </p>
      {!outage && state.at !== 'ready' && stage === 2 && (
        <Button size="sm" onClick={onAsk}>
          Check now
        </Button>
      )}
    </div>
  )
}

function says(state: CheckoutState, stage: number): string {
  return state.at === 'sending' || state.at === 'pausing' ? (STAGES[stage]?.says ?? '') : ''
}

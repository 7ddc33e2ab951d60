'use client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { api } from './api'
import { ByRole } from './frame/by-role'

type Step = 'idle' | 'asking' | 'asked' | 'failed'

/** Has the bank asked again about a parked record. It only asks, and twice is once: the second finds nothing parked. */
export function AskAgain({
  recordId,
  refresh,
  idle = 'Asking never charges.',
}: {
  recordId: string
  refresh(): unknown
  /** Said beside the button before it is pressed. */
  idle?: string
}) {
  const [step, setStep] = useState<Step>('idle')
  const ask = async () => {
    if (step === 'asking') return
    setStep('asking')
    try {
      await api.idempotency.askAgain.mutate({ id: recordId })
      setStep('asked')
      await refresh()
    } catch {
      setStep('failed')
    }
  }
  return (
    <ByRole needs="support" what="Ask the bank again">
      <p className="mt-3 flex flex-wrap items-center gap-3">
        <Button variant="secondary" size="sm" busy={step === 'asking'} onClick={() => void ask()}>
          Ask the bank again
        </Button>
        <span role="status">{step === 'idle' ? idle : STEP_MESSAGES[step]}</span>
      </p>
    </ByRole>
  )
}

const STEP_MESSAGES: Record<Exclude<Step, 'idle'>, string> = {
  asking: 'Asking…',
  asked: 'The bank is being asked now.',
  failed: 'The request did not get through. Try again.',
}

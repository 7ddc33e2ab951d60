'use client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { api } from '../../../_parts/api'

type Step = 'idle' | 'asking' | 'asked' | 'running' | 'failed'

/** Has an event worked on again. It only asks Stripe: what has had its effect has none again. */
export function ApplyAgain({ id, busy, refresh }: { id: string; busy: boolean; refresh(): unknown }) {
  const [step, setStep] = useState<Step>('idle')
  const apply = async () => {
    if (step === 'asking') return
    setStep('asking')
    try {
      const { asked } = await api.inbox.applyAgain.mutate({ id })
      setStep(asked ? 'asked' : 'running')
      await refresh()
    } catch {
      setStep('failed')
    }
  }
  return (
    <>
      <span role="status" className="text-ink-3 text-ui empty:sr-only">
        {busy && step === 'idle' ? STEP_WORDS.running : STEP_WORDS[step]}
      </span>
      <Button variant="secondary" size="sm" busy={step === 'asking'} onClick={() => void apply()}>
        Apply again
      </Button>
    </>
  )
}

const STEP_WORDS: Record<Step, string> = {
  idle: '',
  asking: 'Asking…',
  asked: 'Stripe is being asked now.',
  running: 'It is being worked on now.',
  failed: 'The request did not get through. Try again.',
}

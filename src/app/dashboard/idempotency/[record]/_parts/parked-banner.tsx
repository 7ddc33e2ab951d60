'use client'
import { useState } from 'react'
import { Banner } from '@/ui/banner'
import { Button } from '@/ui/button'
import { Timestamp } from '@/ui/timestamp'
import { api, type RecordData } from '../../../_parts/api'

type Step = 'idle' | 'asking' | 'asked' | 'failed'

/** The resolver gave up on this record. An operator checks the bank's own pages and has the bank asked again, which never charges. */
export function ParkedBanner({ record, refresh }: { record: RecordData; refresh(): Promise<unknown> }) {
  const [step, setStep] = useState<Step>('idle')
  const ask = async () => {
    if (step === 'asking') return
    setStep('asking')
    try {
      await api.idempotency.askAgain.mutate({ id: record.id })
      setStep('asked')
      await refresh()
    } catch {
      setStep('failed')
    }
  }
  return (
    <Banner tone="bad" title="Parked: action needed">
      <p>
        Since <Timestamp at={record.parkedAt ?? record.createdAt} />: {record.parkedReason}. The customer sees
        “checking” and is not charged again.
      </p>
      <p className="mt-3 flex flex-wrap items-center gap-3">
        <Button variant="secondary" size="sm" busy={step === 'asking'} onClick={() => void ask()}>
          Ask the bank again
        </Button>
        <span role="status">{STEP_MESSAGES[step]}</span>
      </p>
    </Banner>
  )
}

const STEP_MESSAGES: Record<Step, string> = {
  idle: 'Asking never charges.',
  asking: 'Asking…',
  asked: 'The resolver is asking the bank now.',
  failed: 'The request did not get through. Try again.',
}

'use client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { api, type IntegrityData } from '../../_parts/api'

/** Asks the worker for a check of every row, and shows how far it is. */
export function CheckEverything({ asked, onAsked }: { asked: IntegrityData['asked']; onAsked(): void }) {
  const [sending, setSending] = useState(false)
  const [refusal, setRefusal] = useState('')
  async function ask() {
    setSending(true)
    setRefusal('')
    try {
      await api.integrity.checkEverything.mutate()
      onAsked()
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : 'Not asked. Please try again.')
    } finally {
      setSending(false)
    }
  }
  const busy = sending || asked !== null
  return (
    <div className="flex flex-col items-end gap-1">
      <Button busy={busy} onClick={() => !busy && ask()}>
        {asked ? `Checking everything: ${asked.done} of ${asked.all}` : 'Check everything now'}
      </Button>
      <p role="alert" className="text-bad text-xs empty:hidden">
        {refusal}
      </p>
    </div>
  )
}

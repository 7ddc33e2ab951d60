'use client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { api, type DeliveryData } from '../../../../_parts/api'
import { useAct } from '../../../_parts/use-act'

/** Sends a delivery again, under the same event id: a receiver that has it drops it. */
export function Resend({ delivery: { id, state }, refresh }: { delivery: DeliveryData; refresh(): unknown }) {
  const [said, setSaid] = useState('')
  const act = useAct(
    { id },
    (asked) => api.webhooks.resend.mutate(asked),
    () => {
      setSaid('It is being sent.')
      void refresh()
    },
  )
  return (
    <>
      <span role="status" className="text-ink-3 text-ui empty:sr-only">
        {act.failure ?? said}
      </span>
      <Button variant="primary" busy={act.busy} onClick={act.press}>
        {state === 'pending' ? 'Send now' : 'Send again'}
      </Button>
    </>
  )
}

'use client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import type { PaymentData } from '../../../../_parts/api'
import { NeedsRole } from '../../../../_parts/frame/by-role'
import { EndDialog } from './end-dialog'
import type { EndVerb } from './end-phase'

/** Captures or voids an authorised payment. Absent where nothing is reserved any more; the dialog stays until it is closed. */
export function EndButtons({ payment, onChange }: { payment: PaymentData; onChange(): void }) {
  const [opened, setOpened] = useState<EndVerb | null>(null)
  if (!payment.authorisation) return null
  const { may } = payment.authorisation
  return (
    <>
      {may === 'role' && <NeedsRole needs="support" what="Capture or void" />}
      {may === 'yes' && (
        <>
          <Button variant="primary" onClick={() => setOpened('capture')}>
            Capture
          </Button>
          <Button onClick={() => setOpened('void')}>Void</Button>
        </>
      )}
      {opened && (
        <EndDialog payment={payment} verb={opened} onChange={onChange} onClose={() => setOpened(null)} />
      )}
    </>
  )
}

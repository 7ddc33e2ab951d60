'use client'
import { useEffect, useRef, useState } from 'react'
import { Button } from '@/ui/button'
import type { PaymentData, RefundRights } from '../../../../_parts/api'
import { NeedsRole, useMay } from '../../../../_parts/frame/by-role'
import { RefundDialog } from './refund-dialog'

/** Opens the refund of a payment. Absent where nothing is left to refund. */
export function RefundButton({ payment, onChange }: { payment: PaymentData; onChange(): void }) {
  // The rights that the dialog was opened with: the last refund of a payment takes them away, and its result must stay on screen.
  const [opened, setOpened] = useState<RefundRights | null>(null)
  const first = useRef(payment.refundRights)
  useEffect(() => {
    // The menu of the list leads here.
    if (window.location.hash === '#refund') setOpened(first.current)
  }, [])
  const rights = payment.refundRights ?? opened
  const mayRefund = useMay('support')
  if (!mayRefund && payment.status === 'succeeded' && payment.amountRefunded < payment.amount)
    return <NeedsRole needs="support" what="Refund" />
  if (!rights) return null
  return (
    <>
      {payment.refundRights && <Button onClick={() => setOpened(rights)}>Refund</Button>}
      {opened && (
        <RefundDialog payment={payment} rights={rights} onChange={onChange} onClose={() => setOpened(null)} />
      )}
    </>
  )
}

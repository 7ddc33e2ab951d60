'use client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { CardBody } from '@/ui/card'
import { Money } from '@/ui/money'
import { api, type OrderData } from '../../../_parts/api'
import { Dialog, DialogFoot } from '../../../_parts/dialog/dialog'
import { useSubmitOnce } from '../../../_parts/dialog/use-submit-once'
import { NeedsRole } from '../../../_parts/frame/by-role'
import { ChangeDialog } from './change-dialog'

/** What an operator may do with an order: change and cancel it while it is open. */
export function OrderActions({ order, onChange }: { order: OrderData; onChange(): void }) {
  // The order as it was when the dialog was opened: what is sent names its version, so a change of somebody else is not overwritten.
  const [opened, setOpened] = useState<{ dialog: 'change' | 'cancel'; order: OrderData } | null>(null)
  const close = () => setOpened(null)
  const isOpen = order.state === 'open' && order.mayChange
  return (
    <>
      {order.state === 'open' && !order.mayChange && (
        <NeedsRole needs="support" what="Change or cancel the order" />
      )}
      {isOpen && <Button onClick={() => setOpened({ dialog: 'change', order })}>Change</Button>}
      {isOpen && <Button onClick={() => setOpened({ dialog: 'cancel', order })}>Cancel the order</Button>}
      {opened?.dialog === 'change' && (
        <ChangeDialog order={opened.order} onChange={onChange} onClose={close} />
      )}
      {opened?.dialog === 'cancel' && (
        <CancelDialog order={opened.order} onChange={onChange} onClose={close} />
      )}
    </>
  )
}

function CancelDialog({
  order: { id, version, amount, currency },
  onChange,
  onClose,
}: {
  order: OrderData
  onChange(): void
  onClose(): void
}) {
  const [key] = useState(() => crypto.randomUUID())
  return (
    <Dialog title="Cancel this order" onClose={onClose}>
      {(close) => (
        <CancelStep
          cancel={() => api.orders.cancel.mutate({ id, version, key })}
          done={() => {
            onChange()
            close()
          }}
          close={close}
        >
          Nobody can pay <Money minor={amount} currency={currency} /> any more: the checkout page says that
          the order was cancelled. This cannot be undone.
        </CancelStep>
      )}
    </Dialog>
  )
}

function CancelStep({
  cancel,
  done,
  close,
  children,
}: {
  cancel(): Promise<unknown>
  done(): void
  close(): void
  children: React.ReactNode
}) {
  const act = useSubmitOnce(cancel, done)
  return (
    <>
      <CardBody>
        <p className="text-ink-2 text-sm">{children}</p>
      </CardBody>
      <DialogFoot status={act.failure}>
        <Button onClick={close}>Keep the order</Button>
        <Button variant="primary" busy={act.busy} onClick={act.press}>
          Cancel the order
        </Button>
      </DialogFoot>
    </>
  )
}

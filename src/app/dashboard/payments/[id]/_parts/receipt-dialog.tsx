'use client'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { TextField } from '@/ui/field'
import { Timestamp } from '@/ui/timestamp'
import { ActorName } from '../../../_parts/actor-name'
import { api } from '../../../_parts/api'
import { Dialog, DialogFoot } from '../../../_parts/dialog/dialog'
import { useSubmitOnce } from '../../../_parts/dialog/use-submit-once'

/** Sends the receipt of a payment by e-mail, once for one opening of the dialog. */
export function ReceiptDialog({
  payment,
  onClose,
  onSent,
}: {
  payment: string
  onClose(): void
  onSent(to: string): void
}) {
  const { data, isError } = useQuery({
    queryKey: ['receipts', payment],
    queryFn: () => api.receipts.ofPayment.query({ payment }),
    staleTime: 0,
  })
  // A mail to another address is another mail.
  const [newId, setNewId] = useState(() => crypto.randomUUID())
  const [typed, setTyped] = useState<string | null>(null)
  const [tried, setTried] = useState(false)
  const to = typed ?? data?.email ?? ''
  const act = useSubmitOnce(
    () => api.receipts.resend.mutate({ payment, newId, ...(to === data?.email ? {} : { to: to.trim() }) }),
    () => {
      onSent(to.trim())
      onClose()
    },
  )
  const missing = !/^\S+@\S+$/.test(to.trim())
  return (
    <Dialog title="Send the receipt by e-mail" onClose={onClose}>
      {(close) => (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            setTried(true)
            if (!missing) act.press()
          }}
        >
          <div className="flex flex-col gap-4 px-4 py-4 sm:px-5">
            <p className="text-ink-2 text-sm">
              The mail says how the payment stands now, refunds included, in the language of the checkout. It
              has the link to the receipt: whoever gets it can open the receipt.
            </p>
            <TextField
              id="receipt-to"
              size="dense"
              type="email"
              label="To"
              hint={data?.email ? 'The address of the order' : data && 'The shopper’s address is not known'}
              autoComplete="off"
              maxLength={254}
              value={to}
              onChange={(event) => {
                setTyped(event.target.value)
                setNewId(crypto.randomUUID())
              }}
              error={act.fields.to ?? (tried && missing ? 'Write an e-mail address' : undefined)}
            />
            {isError && <p className="text-ink-2 text-ui">What was sent before could not be read.</p>}
            {data && <SentBefore {...data} />}
          </div>
          <DialogFoot status={act.failure}>
            <Button onClick={close}>Not now</Button>
            <Button type="submit" variant="primary" busy={act.busy}>
              Send the receipt
            </Button>
          </DialogFoot>
        </form>
      )}
    </Dialog>
  )
}

type Sent = Awaited<ReturnType<typeof api.receipts.ofPayment.query>>

function SentBefore({ sent, perDay }: Sent) {
  return (
    <div className="text-ink-2 text-ui">
      <p>{sent.length === 0 ? 'No mail with this receipt was written yet.' : 'Written before:'}</p>
      <ul className="mt-1 flex flex-col gap-0.5">
        {sent.map(({ at, byItself, by }) => (
          <li key={at}>
            <Timestamp at={at} seconds={false} />, {byItself ? 'automatically' : <ActorName by={by} />}
          </li>
        ))}
      </ul>
      <p className="mt-1 text-ink-3">At most {perDay} times a day for one payment.</p>
    </div>
  )
}

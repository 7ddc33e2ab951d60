'use client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { Fact, Facts } from '@/ui/card'
import { TextField } from '@/ui/field'
import { Money } from '@/ui/money'
import { api, type ParkedCaseData, type ResolutionData } from '../api'
import { Dialog, DialogFoot } from '../dialog/dialog'
import { useSubmitOnce } from '../dialog/use-submit-once'
import { endWords } from './words'

/** Proposes an end of what is parked, with the evidence. Nothing moves before another admin confirms it. */
export function ProposeDialog({
  parked,
  ending,
  onDone,
  onClose,
}: {
  parked: ParkedCaseData
  ending: ResolutionData['ending']
  onDone(): void
  onClose(): void
}) {
  const words = endWords(parked.kind, ending)
  const [newId] = useState(() => crypto.randomUUID())
  const [reference, setReference] = useState(parked.listedRef ?? '')
  const [payment, setPayment] = useState('')
  const [evidence, setEvidence] = useState('')
  const [tried, setTried] = useState(false)
  const missing = {
    'resolution-reference':
      words.reference && reference.trim() === '' ? 'Enter the bank’s reference' : undefined,
    'resolution-evidence':
      evidence.trim() === '' ? 'Enter what shows it: the other admin decides by it' : undefined,
  }
  const act = useSubmitOnce(
    () =>
      api.resolutions.propose.mutate({
        newId,
        ending,
        kind: parked.kind,
        subject: parked.subject,
        shown: parked.shown,
        bankRef: words.reference ? reference.trim() : null,
        payment: payment.trim() || null,
        evidence: evidence.trim(),
      }),
    () => {
      onDone()
      onClose()
    },
  )
  return (
    <Dialog title={words.act} onClose={onClose}>
      {(close) => (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            setTried(true)
            const first = Object.entries(missing).find(([, error]) => error)
            if (first) return document.getElementById(first[0])?.focus()
            act.press()
          }}
        >
          <div className="flex flex-col gap-5 px-4 py-4 sm:px-5">
            <p className="text-ink-2 text-sm">{words.effect}</p>
            <Facts>
              <Fact name="Amount">
                <Money minor={parked.amount} currency={parked.currency} className="font-semibold" />
              </Fact>
            </Facts>
            {words.reference && (
              <TextField
                id="resolution-reference"
                size="dense"
                label={words.reference}
                autoComplete="off"
                maxLength={255}
                readOnly={parked.listedRef !== null}
                value={reference}
                onChange={(event) => setReference(event.target.value)}
                error={tried ? missing['resolution-reference'] : undefined}
              />
            )}
            {parked.kind === 'stray' && (
              <TextField
                id="resolution-payment"
                size="dense"
                label="Payment (optional)"
                hint="The payment with which the customer was charged too much, like pay_…. Leave it empty where order and payment are lost: that is possible 24 hours after the charge, when no retry can get it any more."
                autoComplete="off"
                maxLength={64}
                value={payment}
                onChange={(event) => setPayment(event.target.value)}
              />
            )}
            <TextField
              id="resolution-evidence"
              size="dense"
              label="Evidence"
              hint="Such as the statement’s date and line. Never a card number."
              autoComplete="off"
              maxLength={500}
              value={evidence}
              onChange={(event) => setEvidence(event.target.value)}
              error={tried ? missing['resolution-evidence'] : undefined}
            />
          </div>
          <DialogFoot status={act.failure ?? 'Another admin must confirm it. Nothing moves before that.'}>
            <Button onClick={close}>Cancel</Button>
            <Button type="submit" variant="primary" busy={act.busy}>
              Propose
            </Button>
          </DialogFoot>
        </form>
      )}
    </Dialog>
  )
}

'use client'
import { useState } from 'react'
import { minorOfText, textOfMinor } from '@/lib/minor-of-text'
import { formatMoney } from '@/lib/money'
import { Banner } from '@/ui/banner'
import { Button } from '@/ui/button'
import { CardBody, Fact, Facts } from '@/ui/card'
import { TextField } from '@/ui/field'
import { Money } from '@/ui/money'
import type { PaymentData } from '../../../../_parts/api'
import { Dialog, DialogFoot } from '../../../../_parts/dialog/dialog'
import { DialogStep } from '../../../../_parts/dialog/dialog-step'
import type { EndPhase, EndVerb } from './end-phase'
import { useEnd } from './use-end'

const AMOUNT = 'capture-amount'

/** Captures an authorised payment or a part of it, or voids it: a confirmation that names amount and card, and every way it can end. */
export function EndDialog({
  payment,
  verb,
  onChange,
  onClose,
}: {
  payment: PaymentData
  verb: EndVerb
  onChange(): void
  onClose(): void
}) {
  const { phase, send } = useEnd(payment, verb, onChange)
  const { currency } = payment
  // The page is read again meanwhile, and a payment that was captured in part has another amount then.
  const [reserved] = useState(payment.amountAuthorised ?? payment.amount)
  const [text, setText] = useState(() => textOfMinor(reserved, currency))
  const [tried, setTried] = useState(false)
  const amount = verb === 'capture' ? minorOfText(text, currency) : reserved
  const wrong = wrongWith(amount, reserved, currency)
  const act = wrong
    ? 'Capture'
    : `${verb === 'capture' ? 'Capture' : 'Void'} ${formatMoney(amount ?? reserved, currency)}`
  const submit = () => {
    setTried(true)
    if (wrong || amount === null) return document.getElementById(AMOUNT)?.focus()
    send(amount === reserved ? undefined : amount)
  }
  return (
    <Dialog title={verb === 'capture' ? 'Capture' : act} onClose={onClose}>
      {(close) => (
        <>
          <CardBody>
            <DialogStep name={phase.at}>
              <Outcome phase={phase} verb={verb} />
              {verb === 'capture' && phase.at === 'confirming' && (
                <TextField
                  id={AMOUNT}
                  size="dense"
                  label="Amount to capture"
                  hint={`At most the ${formatMoney(reserved, currency)} that is reserved. The bank releases the rest.`}
                  inputMode="decimal"
                  autoComplete="off"
                  trailing={currency}
                  value={text}
                  onChange={(event) => setText(event.target.value)}
                  error={tried ? wrong : undefined}
                />
              )}
              <Facts>
                <Fact name="Reserved">
                  <Money minor={reserved} currency={currency} className="font-semibold" />
                </Fact>
                {verb === 'capture' && phase.at !== 'confirming' && (
                  <Fact name="To capture">
                    <Money minor={amount} currency={currency} className="font-semibold" />
                  </Fact>
                )}
                <Fact name="On the card">{payment.cardLabel ?? '—'}</Fact>
              </Facts>
            </DialogStep>
          </CardBody>
          <DialogFoot status={phase.at === 'sending' ? 'Sending. It is done only once.' : null}>
            <Actions phase={phase} act={act} onSend={submit} onClose={close} />
          </DialogFoot>
        </>
      )}
    </Dialog>
  )
}

function wrongWith(amount: number | null, reserved: number, currency: string): string | undefined {
  if (amount === null || amount === 0) return `Enter an amount, like ${textOfMinor(reserved, currency)}`
  return amount > reserved ? `At most ${formatMoney(reserved, currency)} is reserved` : undefined
}

const WORDS = {
  capture: {
    confirm:
      'The bank is asked at once to charge the amount, once. A capture cannot be taken back; it can be refunded.',
    checking:
      'We keep asking: the amount is captured once at most. The result appears here and on this page.',
    done: { title: 'Captured', text: 'The bank has charged the amount.' },
  },
  void: {
    confirm:
      'The bank is asked at once to release the amount. Nothing is charged then, and the order can be paid again. A void cannot be taken back.',
    checking: 'We keep asking. The result appears here and on this page.',
    done: { title: 'Voided', text: 'The bank has released the amount. Nothing was charged.' },
  },
} as const

function Outcome({ phase, verb }: { phase: EndPhase; verb: EndVerb }) {
  const words = WORDS[verb]
  switch (phase.at) {
    case 'confirming':
    case 'sending':
      return <p className="text-ink-2 text-sm">{words.confirm}</p>
    case 'open':
      return phase.detail === null ? (
        <Banner tone="warn" title={phase.offline ? 'You are offline' : 'No answer came'}>
          It may have arrived. Send it again: it is done only once, even if the first one arrived.
        </Banner>
      ) : (
        <Banner tone="warn" title="Not known yet">
          {phase.detail}
        </Banner>
      )
    case 'checking':
      return (
        <Banner tone="warn" title="The bank has not answered yet">
          {words.checking}
        </Banner>
      )
    case 'done':
      return (
        <Banner tone="ok" title={words.done.title}>
          {words.done.text}
        </Banner>
      )
    case 'refused':
      return (
        <Banner tone="bad" title={phase.title}>
          {phase.detail}
        </Banner>
      )
  }
}

function Actions({
  phase: { at },
  act,
  onSend,
  onClose,
}: {
  phase: EndPhase
  act: string
  onSend(): void
  onClose(): void
}) {
  switch (at) {
    case 'confirming':
    case 'sending':
      return (
        <>
          {at === 'confirming' && <Button onClick={onClose}>Cancel</Button>}
          <Button variant="primary" busy={at === 'sending'} onClick={onSend}>
            {act}
          </Button>
        </>
      )
    case 'open':
      return (
        <Button variant="primary" onClick={onSend}>
          Send again
        </Button>
      )
    default:
      return <Button onClick={onClose}>Close</Button>
  }
}

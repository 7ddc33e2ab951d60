'use client'
import { formatMoney } from '@/lib/money'
import { Banner } from '@/ui/banner'
import { Button } from '@/ui/button'
import { CardBody, Fact, Facts } from '@/ui/card'
import { Money } from '@/ui/money'
import { Verbatim } from '@/ui/verbatim'
import type { PaymentData, RefundRights } from '../../../../_parts/api'
import { Dialog, DialogFoot } from '../../../../_parts/dialog/dialog'
import { DialogStep } from '../../../../_parts/dialog/dialog-step'
import type { RefundAttempt, RefundPhase } from './refund-attempt'
import { RefundForm } from './refund-form'
import { useRefund } from './use-refund'

/** Gives money back: amount and reason, a confirmation that names both and the card, and every way it can end. */
export function RefundDialog({
  payment,
  rights,
  onChange,
  onClose,
}: {
  payment: PaymentData
  rights: RefundRights
  onChange(): void
  onClose(): void
}) {
  const { phase, confirm, edit, send } = useRefund(payment, rights.operator, onChange)
  return (
    <Dialog title={titleOf(phase, payment)} onClose={onClose}>
      {(close) =>
        phase.at === 'editing' ? (
          <RefundForm payment={payment} rights={rights} onConfirm={confirm} onCancel={close} />
        ) : (
          <>
            <CardBody>
              <DialogStep name={phase.at}>
                <Outcome phase={phase} />
                <Summary attempt={phase.attempt} payment={payment} />
              </DialogStep>
            </CardBody>
            <DialogFoot status={phase.at === 'sending' ? 'Sending. It is done only once.' : null}>
              <Actions
                phase={phase}
                currency={payment.currency}
                onEdit={edit}
                onSend={send}
                onClose={close}
              />
            </DialogFoot>
          </>
        )
      }
    </Dialog>
  )
}

type SentPhase = Exclude<RefundPhase, { at: 'editing' }>

function titleOf(phase: RefundPhase, { currency }: PaymentData): string {
  if (phase.at === 'editing') return 'Refund this payment'
  const amount = formatMoney(phase.attempt.amount, currency)
  return phase.attempt.way === 'request' ? `Request a refund of ${amount}` : `Refund ${amount}`
}

function Outcome({ phase }: { phase: SentPhase }) {
  const request = phase.attempt.way === 'request'
  switch (phase.at) {
    case 'confirming':
    case 'sending':
      return (
        <p className="text-ink-2 text-sm">
          {request
            ? 'Another admin must approve this refund, within 72 hours. No money moves until then.'
            : 'The bank is asked at once. A refund cannot be taken back.'}
        </p>
      )
    case 'lost':
      return (
        <Banner tone="warn" title={phase.offline ? 'You are offline' : 'No answer came'}>
          It may have arrived. Send it again: it is done only once, even if the first one arrived.
        </Banner>
      )
    case 'checking':
      return (
        <Banner tone="warn" title="The bank has not answered yet">
          We keep asking, and the amount is set aside meanwhile. Do not refund it a second time: the result
          appears here, and in the list of refunds.
        </Banner>
      )
    case 'done':
      return request ? (
        <Banner tone="ok" title="Requested">
          Another admin sees it on this page and in the list of payments.
        </Banner>
      ) : (
        <Banner tone="ok" title="Refunded">
          The bank has taken the refund. Cards show it after some days.
        </Banner>
      )
    case 'refused':
      return (
        <Banner tone="bad" title={request ? 'Nothing was requested' : 'Nothing was refunded'}>
          {phase.detail}
        </Banner>
      )
  }
}

function Summary({ attempt, payment }: { attempt: RefundAttempt; payment: PaymentData }) {
  return (
    <Facts>
      <Fact name="Amount">
        <Money minor={attempt.amount} currency={payment.currency} className="font-semibold" />
      </Fact>
      <Fact name="To the card">{payment.cardLabel ?? 'that paid'}</Fact>
      {attempt.reason && (
        <Fact name="Reason">
          <Verbatim>{attempt.reason}</Verbatim>
        </Fact>
      )}
    </Facts>
  )
}

function Actions({
  phase,
  currency,
  onEdit,
  onSend,
  onClose,
}: {
  phase: SentPhase
  currency: string
  onEdit(): void
  onSend(attempt: RefundAttempt): void
  onClose(): void
}) {
  const { at, attempt } = phase
  const act =
    attempt.way === 'request' ? 'Request approval' : `Refund ${formatMoney(attempt.amount, currency)}`
  switch (at) {
    case 'confirming':
    case 'sending':
      return (
        <>
          {at === 'confirming' && <Button onClick={onEdit}>Back</Button>}
          <Button variant="primary" busy={at === 'sending'} onClick={() => onSend(attempt)}>
            {act}
          </Button>
        </>
      )
    case 'lost':
      return (
        <Button variant="primary" onClick={() => onSend(attempt)}>
          Send again
        </Button>
      )
    case 'refused':
      return (
        <>
          <Button onClick={onClose}>Close</Button>
          <Button variant="primary" onClick={onEdit}>
            Change it
          </Button>
        </>
      )
    default:
      return <Button onClick={onClose}>Close</Button>
  }
}

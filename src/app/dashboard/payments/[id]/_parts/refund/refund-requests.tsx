'use client'
import { useState } from 'react'
import { formatMoney } from '@/lib/money'
import { Badge, type Tone } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Card, CardBody, CardHeader, Fact, Facts } from '@/ui/card'
import { Money } from '@/ui/money'
import { Timestamp } from '@/ui/timestamp'
import { Verbatim } from '@/ui/verbatim'
import { ActorName } from '../../../../_parts/actor-name'
import { api, type PaymentData, type RefundRequestData } from '../../../../_parts/api'
import { Dialog, DialogFoot } from '../../../../_parts/dialog/dialog'
import { useSubmitOnce } from '../../../../_parts/dialog/use-submit-once'

const STATUS: Record<RefundRequestData['status'], { word: string; tone: Tone }> = {
  open: { word: 'Waits for approval', tone: 'warn' },
  approved: { word: 'Approved', tone: 'ok' },
  rejected: { word: 'Rejected', tone: 'bad' },
  withdrawn: { word: 'Withdrawn', tone: 'neutral' },
  expired: { word: 'Expired', tone: 'neutral' },
}

type Decision = RefundRequestData['decisions'][number]

const WORDS: Record<Decision, string> = { approve: 'Approve', reject: 'Reject', withdraw: 'Withdraw' }

/** Refunds of this payment that two admins decide. */
export function RefundRequests({ payment, onChange }: { payment: PaymentData; onChange(): void }) {
  const [open, setOpen] = useState<{ what: Decision; id: string } | null>(null)
  const request = payment.refundRequests.find(({ id }) => id === open?.id)
  if (payment.refundRequests.length === 0) return null
  return (
    <Card>
      <CardHeader
        title="Refund requests"
        note="One admin asks, another approves. The money moves at the approval, once."
      />
      <ul className="divide-y divide-line">
        {payment.refundRequests.map((one) => (
          <li key={one.id} className="flex flex-col gap-2 px-4 py-2.5 text-ui sm:px-5">
            <span className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
              <Money minor={one.amount} currency={one.currency} className="font-medium" />
              <Badge tone={STATUS[one.status].tone}>{STATUS[one.status].word}</Badge>
            </span>
            <Verbatim className="text-ink-2">{one.reason}</Verbatim>
            <span className="text-ink-3 text-xs">
              Asked for by <ActorName by={one.by} />, <Timestamp at={one.createdAt} seconds={false} />
              {one.status === 'open' && (
                <>
                  . Open until <Timestamp at={one.expiresAt} seconds={false} />
                </>
              )}
            </span>
            {one.decidedAt && (
              <span className="text-ink-3 text-xs">
                {STATUS[one.status].word} by <ActorName by={one.decidedBy} />,{' '}
                <Timestamp at={one.decidedAt} seconds={false} />
              </span>
            )}
            {one.decisions.length > 0 && (
              <span className="flex flex-wrap gap-2">
                {one.decisions.map((what) => (
                  <Button
                    key={what}
                    size="sm"
                    variant={what === 'approve' ? 'primary' : 'secondary'}
                    onClick={() => setOpen({ what, id: one.id })}
                  >
                    {WORDS[what]}
                    <span className="sr-only"> the refund of {formatMoney(one.amount, one.currency)}</span>
                  </Button>
                ))}
              </span>
            )}
          </li>
        ))}
      </ul>
      {open && request && (
        <DecisionDialog
          what={open.what}
          request={request}
          card={payment.cardLabel}
          onChange={onChange}
          onClose={() => setOpen(null)}
        />
      )}
    </Card>
  )
}

const DECISIONS: Record<Decision, { title: string; act: string; note: string }> = {
  approve: {
    title: 'Approve this refund?',
    act: 'Approve and refund',
    note: 'The bank is asked at once. A refund cannot be taken back.',
  },
  reject: {
    title: 'Reject this request?',
    act: 'Reject',
    note: 'No money moves. It cannot be approved after that.',
  },
  withdraw: {
    title: 'Withdraw this request?',
    act: 'Withdraw',
    note: 'No money moves. You can make another one.',
  },
}

function DecisionDialog({
  what,
  request,
  card,
  onChange,
  onClose,
}: {
  what: Decision
  request: RefundRequestData
  card: string | null
  onChange(): void
  onClose(): void
}) {
  const { title, act, note } = DECISIONS[what]
  // The request's id is the key: a repeat, and another admin at the same moment, are the same decision.
  const decision = useSubmitOnce<unknown>(
    () => api.refunds[what].mutate({ id: request.id }),
    () => {
      onChange()
      onClose()
    },
  )
  return (
    <Dialog title={title} onClose={onClose}>
      {(close) => (
        <>
          <CardBody className="flex flex-col gap-3">
            <p className="text-ink-2 text-sm">{note}</p>
            <Facts>
              <Fact name="Amount">
                <Money minor={request.amount} currency={request.currency} className="font-semibold" />
              </Fact>
              <Fact name="To the card">{card ?? 'that paid'}</Fact>
              <Fact name="Reason">
                <Verbatim>{request.reason}</Verbatim>
              </Fact>
              <Fact name="Asked for by">
                <ActorName by={request.by} />
              </Fact>
            </Facts>
          </CardBody>
          <DialogFoot status={decision.failure}>
            <Button onClick={close}>Cancel</Button>
            <Button
              variant={what === 'reject' ? 'danger' : 'primary'}
              busy={decision.busy}
              onClick={decision.press}
            >
              {act}
              <span className="sr-only"> {formatMoney(request.amount, request.currency)}</span>
            </Button>
          </DialogFoot>
        </>
      )}
    </Dialog>
  )
}

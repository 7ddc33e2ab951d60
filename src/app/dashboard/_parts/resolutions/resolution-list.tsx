'use client'
import Link from 'next/link'
import { useState } from 'react'
import { Badge, type Tone } from '@/ui/badge'
import { Button } from '@/ui/button'
import { CardBody, Fact, Facts } from '@/ui/card'
import { CopyId } from '@/ui/copy-id'
import { Money } from '@/ui/money'
import { LINK } from '@/ui/nav'
import { Timestamp } from '@/ui/timestamp'
import { Verbatim } from '@/ui/verbatim'
import { ActorName } from '../actor-name'
import { api, type ResolutionData } from '../api'
import { Dialog, DialogFoot } from '../dialog/dialog'
import { useSubmitOnce } from '../dialog/use-submit-once'
import { endWords, KIND_WORDS } from './words'

const STATUS: Record<ResolutionData['status'], { word: string; tone: Tone }> = {
  open: { word: 'Waits for confirmation', tone: 'warn' },
  confirmed: { word: 'Confirmed', tone: 'ok' },
  rejected: { word: 'Rejected', tone: 'bad' },
  withdrawn: { word: 'Withdrawn', tone: 'neutral' },
  expired: { word: 'Expired', tone: 'neutral' },
}

type Decision = ResolutionData['decisions'][number]

/** Proposed ends, each with what this operator may do with it. @param withPayment links each to its payment */
export function ResolutionList({
  resolutions,
  withPayment = false,
  onChange,
}: {
  resolutions: readonly ResolutionData[]
  withPayment?: boolean
  onChange(): void
}) {
  const [open, setOpen] = useState<{ what: Decision; id: string } | null>(null)
  const chosen = resolutions.find(({ id }) => id === open?.id)
  return (
    <>
      <ul className="divide-y divide-line">
        {resolutions.map((one) => (
          <li key={one.id} className="flex flex-col gap-2 px-4 py-2.5 text-ui sm:px-5">
            <span className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1">
              <span>
                <Money minor={one.amount} currency={one.currency} className="font-medium" />{' '}
                {KIND_WORDS[one.kind]}: {endWords(one.kind, one.ending).act}
              </span>
              <Badge tone={STATUS[one.status].tone}>{STATUS[one.status].word}</Badge>
            </span>
            <Verbatim className="text-ink-2">{one.evidence}</Verbatim>
            <span className="text-ink-3 text-xs">
              {one.bankRef && <CopyId id={one.bankRef} />} Proposed by <ActorName by={one.by} />,{' '}
              <Timestamp at={one.createdAt} seconds={false} />
              {one.status === 'open' && (
                <>
                  . Open until <Timestamp at={one.expiresAt} seconds={false} />
                </>
              )}
              {one.decidedAt && (
                <>
                  . {STATUS[one.status].word} by <ActorName by={one.decidedBy} />,{' '}
                  <Timestamp at={one.decidedAt} seconds={false} />
                </>
              )}
            </span>
            <span className="flex flex-wrap items-center gap-2 empty:hidden">
              {one.decisions.map((what) => (
                <Button
                  key={what}
                  size="sm"
                  variant={what === 'confirm' ? 'primary' : 'secondary'}
                  onClick={() => setOpen({ what, id: one.id })}
                >
                  {DECISIONS[what].word}
                </Button>
              ))}
              {withPayment && one.paymentId !== null && (
                <Link href={`/dashboard/payments/${one.paymentId}`} className={LINK}>
                  View payment
                </Link>
              )}
            </span>
          </li>
        ))}
      </ul>
      {open && chosen && (
        <DecisionDialog what={open.what} chosen={chosen} onChange={onChange} onClose={() => setOpen(null)} />
      )}
    </>
  )
}

const DECISIONS: Record<Decision, { word: string; title: string; note: string }> = {
  confirm: {
    word: 'Confirm',
    title: 'Confirm this end?',
    note: 'It is done at once, and cannot be taken back. Look at the bank’s statement yourself first.',
  },
  reject: { word: 'Reject', title: 'Reject this proposal?', note: 'Nothing moves. It stays parked.' },
  withdraw: {
    word: 'Withdraw',
    title: 'Withdraw this proposal?',
    note: 'Nothing moves. You can make another one.',
  },
}

function DecisionDialog({
  what,
  chosen,
  onChange,
  onClose,
}: {
  what: Decision
  chosen: ResolutionData
  onChange(): void
  onClose(): void
}) {
  const { word, title, note } = DECISIONS[what]
  // The proposal's id is the key: a repeat, and another admin at the same moment, are the same decision.
  const decision = useSubmitOnce<unknown>(
    () => api.resolutions[what].mutate({ id: chosen.id }),
    () => {
      onChange()
      onClose()
    },
  )
  const { act, effect } = endWords(chosen.kind, chosen.ending)
  return (
    <Dialog title={title} onClose={onClose}>
      {(close) => (
        <>
          <CardBody className="flex flex-col gap-3">
            <p className="text-ink-2 text-sm">{note}</p>
            <Facts>
              <Fact name="Amount">
                <Money minor={chosen.amount} currency={chosen.currency} className="font-semibold" />
              </Fact>
              <Fact name="Before">{KIND_WORDS[chosen.kind]}, parked</Fact>
              <Fact name="After">
                {act}. {effect}
              </Fact>
              {chosen.bankRef && (
                <Fact name="Bank’s reference">
                  <Verbatim>{chosen.bankRef}</Verbatim>
                </Fact>
              )}
              <Fact name="Evidence">
                <Verbatim>{chosen.evidence}</Verbatim>
              </Fact>
              <Fact name="Proposed by">
                <ActorName by={chosen.by} />
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
              {word}
            </Button>
          </DialogFoot>
        </>
      )}
    </Dialog>
  )
}

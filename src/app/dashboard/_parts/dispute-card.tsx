import Link from 'next/link'
import { Badge } from '@/ui/badge'
import { Card, CardHeader } from '@/ui/card'
import { CopyId } from '@/ui/copy-id'
import { Money } from '@/ui/money'
import { LINK } from '@/ui/nav'
import { Timestamp } from '@/ui/timestamp'
import type { DisputeData } from './api'
import { disputeWords } from './dispute-words'

/** Disputes, newest first; nothing where there are none. `withPayment`: each links to its payment. */
export function DisputeCard({
  disputes,
  withPayment = false,
}: {
  disputes: readonly DisputeData[]
  withPayment?: boolean
}) {
  if (disputes.length === 0) return null
  return (
    <Card className="mb-4">
      <CardHeader
        title="Disputes"
        note="What the bank holds or has kept because a cardholder disputed a charge. Its fee stays paid."
      />
      <ul className="divide-y divide-line">
        {disputes.map((dispute) => (
          <DisputeLine key={dispute.ref} dispute={dispute} withPayment={withPayment} />
        ))}
      </ul>
    </Card>
  )
}

function DisputeLine({ dispute, withPayment }: { dispute: DisputeData; withPayment: boolean }) {
  const { word, tone, money } = disputeWords(dispute)
  const { amountHeld, amountLost, fee, currency, paymentId } = dispute
  return (
    <li className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1 px-4 py-2.5 text-ui sm:px-5">
      <span className="flex flex-wrap gap-x-3">
        {amountHeld !== 0 && (
          <span>
            <Money minor={amountHeld} currency={currency} className="font-medium" /> held
          </span>
        )}
        {amountLost !== 0 && (
          <span>
            <Money minor={amountLost} currency={currency} className="font-medium" /> lost
          </span>
        )}
        {fee !== 0 && (
          <span>
            <Money minor={fee} currency={currency} className="font-medium" /> fee
          </span>
        )}
        <span className="text-ink-2">{money}</span>
      </span>
      <Badge tone={tone}>{word}</Badge>
      <span className="flex w-full flex-wrap items-center gap-x-2 text-ink-3 text-xs">
        <Timestamp at={dispute.at} />
        <CopyId id={dispute.ref} />
        {dispute.checkedAt && (
          <span>
            asked <Timestamp at={dispute.checkedAt} />
          </span>
        )}
        {withPayment && paymentId && (
          <Link href={`/dashboard/payments/${paymentId}`} className={LINK}>
            Payment
          </Link>
        )}
      </span>
    </li>
  )
}

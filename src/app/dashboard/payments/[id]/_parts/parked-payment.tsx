import type { ReactNode } from 'react'
import { Banner } from '@/ui/banner'
import { Timestamp } from '@/ui/timestamp'
import type { PaymentData } from '../../../_parts/api'
import { AskAgain } from '../../../_parts/ask-again'
import { explainParked } from '../../../_parts/bank-sentences'
import { bankFactsOf } from './bank-facts'

/** A payment whose outcome nobody looks for any more: what is known, what is not, what is safe, and the button. */
export function ParkedPayment({ payment, refresh }: { payment: PaymentData; refresh(): unknown }) {
  const { waitsForPerson } = payment
  if (!waitsForPerson) return null
  const paidBy = payment.record?.sentBy === 'browser' ? 'page' : 'program'
  const { known, unknown, safe, unsafe } = explainParked({ ...payment, ...bankFactsOf(payment), paidBy })
  const { since, reason, history } = waitsForPerson
  return (
    <Banner tone="warn" title="The outcome is not known: action needed">
      <p>
        Nobody asks the bank any more, since <Timestamp at={since} />
        {reason && `: ${reason}`}.
      </p>
      <dl className="mt-3 flex flex-col gap-2">
        <Part name="Known">
          {known.map((sentence) => (
            <span key={sentence} className="block">
              {sentence}
            </span>
          ))}
        </Part>
        <Part name="Not known">{unknown}</Part>
        <Part name="Safe">
          {safe.map((sentence) => (
            <span key={sentence} className="block">
              {sentence}
            </span>
          ))}
        </Part>
        <Part name="Not safe">{unsafe}</Part>
      </dl>
      <AskAgain recordId={payment.recordId} refresh={refresh} />
      {history.length > 0 && (
        <ol className="mt-3 flex flex-col gap-1 text-ui">
          {history.map(({ id, actor, action, at }) => (
            <li key={id} className="break-words">
              <Timestamp at={at} />: {ACTIONS[action] ?? action}
              {actor !== 'system' && <span className="break-all"> by {actor}</span>}
            </li>
          ))}
        </ol>
      )}
    </Banner>
  )
}

const ACTIONS: Record<string, string> = {
  'record.parked': 'stopped asking',
  'record.asked-again': 'asked again',
}

function Part({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="gap-3 sm:grid sm:grid-cols-[6rem_minmax(0,1fr)]">
      <dt className="font-medium text-ink">{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

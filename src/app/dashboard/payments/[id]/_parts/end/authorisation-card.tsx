import { Card, CardHeader, Fact, Facts } from '@/ui/card'
import { Money } from '@/ui/money'
import { Timestamp } from '@/ui/timestamp'
import { ActorName, ActorOrigin } from '../../../../_parts/actor-name'
import type { PaymentData } from '../../../../_parts/api'
import { AskAgain } from '../../../../_parts/ask-again'

type End = NonNullable<NonNullable<PaymentData['authorisation']>['end']>

/** What the bank has reserved, until when, and what was asked for of it since. */
export function AuthorisationCard({ payment, refresh }: { payment: PaymentData; refresh(): unknown }) {
  const { authorisation } = payment
  if (!authorisation) return null
  const { end, authorisedAt, captureBefore } = authorisation
  const part = end?.amount ?? null
  return (
    <Card>
      <CardHeader title="Authorisation" note="Captured or voided once, whoever asks." />
      <div className="px-4 py-1.5 sm:px-5">
        <Facts>
          <Fact name="Reserved">
            <Timestamp at={authorisedAt} />
          </Fact>
          <Fact name="Capture before">
            <Timestamp at={captureBefore} />
          </Fact>
          {end && (
            <>
              <Fact name="Asked for">
                {ASKED[end.kind]}
                {part !== null && (
                  <>
                    {' of '}
                    <Money minor={part} currency={payment.currency} />
                  </>
                )}{' '}
                <Timestamp at={end.askedAt} />
                <span className="block">
                  <ActorName by={end.by} /> <ActorOrigin by={end.by} />
                </span>
              </Fact>
              <Fact name="The bank">{stateOf(end)}</Fact>
            </>
          )}
        </Facts>
        {end?.parked && (
          <div className="pb-3 text-ink-2 text-ui">
            <p>Asking again sends the same request: the bank ends an authorisation once.</p>
            <AskAgain recordId={end.recordId} refresh={refresh} idle="" />
          </div>
        )}
      </div>
    </Card>
  )
}

const ASKED: Record<End['kind'], string> = {
  capture: 'Capture',
  void: 'Void',
  expiry: 'Void, since its time had passed',
}

function stateOf({ ended, parked }: End): string {
  if (ended === 'captured') return 'Captured it'
  if (ended === 'released') return 'Released it'
  return parked ? 'Its answer cannot be booked: action needed' : 'Has not answered yet; we keep asking'
}

import { Card, CardHeader, Fact, Facts } from '@/ui/card'
import { CopyId } from '@/ui/copy-id'
import { Money } from '@/ui/money'
import { Timestamp } from '@/ui/timestamp'
import { ActorName, ActorOrigin } from '../../../_parts/actor-name'
import type { PaymentData } from '../../../_parts/api'
import { chargeMark } from '../../../_parts/bank-sentences'

const SURPLUS = {
  found: 'Charged too much, being refunded',
  refunded: 'Charged too much, refunded',
  parked: 'Charged too much, not refunded',
  kept: 'Charged beyond it, kept',
} as const

export function PaymentFacts({ payment }: { payment: PaymentData }) {
  const { currency, amount, fee, amountDisputed, amountDisputeLost } = payment
  const refunded = payment.amountRefunded - payment.amountRefundUnderWay
  // Two disputes of one payment may be in two currencies, which are not added up.
  const disputeFees = payment.disputes.reduce(
    (sum, one) => sum + (one.currency === currency ? one.fee : 0),
    0,
  )
  const charges = chargeMark(payment)
  return (
    <Card>
      <CardHeader title="Facts" />
      <div className="px-4 py-1.5 sm:px-5">
        <Facts>
          <Fact name="Customer">
            <span className="break-all">{payment.customerEmail ?? '—'}</span>
          </Fact>
          <Fact name="Card">{payment.cardLabel ?? '—'}</Fact>
          {payment.declineCode && (
            <Fact name="Decline code">
              <span className="font-mono text-xs">{payment.declineCode}</span>
            </Fact>
          )}
          <Fact name="Amount">
            <Money minor={amount} currency={currency} />
          </Fact>
          {payment.amountAuthorised !== null && (
            <Fact name="Reserved first">
              <Money minor={payment.amountAuthorised} currency={currency} />
            </Fact>
          )}
          <Fact name="Fee">
            <Money minor={fee === null ? null : -fee} currency={currency} />
          </Fact>
          {refunded > 0 && (
            <Fact name="Refunded">
              <Money minor={-refunded} currency={currency} />
            </Fact>
          )}
          {payment.amountRefundUnderWay > 0 && (
            <Fact name="Refund under way">
              <Money minor={payment.amountRefundUnderWay} currency={currency} />
            </Fact>
          )}
          {amountDisputed !== 0 && (
            <Fact name="Held in disputes">
              <Money minor={-amountDisputed} currency={currency} />
            </Fact>
          )}
          {amountDisputeLost !== 0 && (
            <Fact name="Lost in disputes">
              <Money minor={-amountDisputeLost} currency={currency} />
            </Fact>
          )}
          {disputeFees !== 0 && (
            <Fact name="Fees of disputes">
              <Money minor={-disputeFees} currency={currency} />
            </Fact>
          )}
          <Fact name="Net">
            <Money
              minor={
                fee === null
                  ? null
                  : amount - fee - refunded - amountDisputed - amountDisputeLost - disputeFees
              }
              currency={currency}
              className="font-semibold"
            />
          </Fact>
          <Fact name="Bank’s reference">{payment.gatewayRef ? <CopyId id={payment.gatewayRef} /> : '—'}</Fact>
          <Fact name="Key sent to the bank">
            <CopyId id={payment.gatewayKey} />
          </Fact>
          <Fact name="Charges at the bank">
            <span title={charges.words}>{charges.mark}</span>
          </Fact>
          {payment.surplus.map((charge) => (
            <Fact key={charge.gatewayRef} name={SURPLUS[charge.status]}>
              <Money minor={charge.amount} currency={charge.currency} /> <CopyId id={charge.gatewayRef} />
              {charge.status === 'parked' && charge.reason && <span className="block">{charge.reason}</span>}
            </Fact>
          ))}
          <Fact name="Begun by">
            <ActorName by={payment.by} />
            <span className="block">
              <ActorOrigin by={payment.by} />
            </span>
          </Fact>
          <Fact name="Last change">
            <Timestamp at={payment.updatedAt} />
          </Fact>
        </Facts>
      </div>
    </Card>
  )
}

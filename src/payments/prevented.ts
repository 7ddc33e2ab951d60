import { SHOWN_OUTCOME } from '@/idempotency/stores/read'
import { type Sql, sql } from '@/platform/db'
import { PAYMENT_OPERATIONS } from './payment'

/**
 * Subquery: the attempts to pay of a merchant in a span of time, as `(at, outcome, presses, prevented, currency, amount)`. Orders and refunds
 * are no attempts to pay. `prevented`: a repeat (replayed, joined, or held back by the page) of a payment that was charged, which would have
 * been another charge had it been a payment of its own. A repeat of a decline would have been another decline, so it is not counted. Amount
 * and currency are the payment's, where `prevented`. OFFSET 0: a record is looked up for a repeat, and for no other attempt.
 */
export function paymentAttempts(merchantId: string, from: Date, until: Date): Sql {
  const { pay, createPayment } = PAYMENT_OPERATIONS
  return sql`(
    SELECT a.at, a.shown AS outcome, a.presses, p.id IS NOT NULL AS prevented, p.currency, p.amount
    FROM (SELECT *, ${SHOWN_OUTCOME} AS shown FROM attempt) a
    LEFT JOIN LATERAL (
      SELECT x.id, x.currency, x.amount FROM idempotency_record r JOIN payment x ON x.merchant_id = r.merchant_id AND x.id = r.subject_id
      WHERE a.outcome IN ('replayed', 'joined', 'held') AND r.merchant_id = a.merchant_id AND r.id = a.record_id AND x.gateway_ref IS NOT NULL
      OFFSET 0) p ON true
    WHERE a.merchant_id = ${merchantId}::uuid AND a.at >= ${from}::timestamptz AND a.at < ${until}::timestamptz
      AND a.operation IN (${pay}, ${createPayment}))`
}

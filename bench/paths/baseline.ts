import type pg from 'pg'
import { uuidv7 } from '@/lib/id'
import type { Path } from './path'

/**
 * The floor to compare the product with, in the same run on the same machine: the two commits of a payment as two prepared
 * statements, and the one read of a replay. As pgbench would: no Prisma, no engine, no checks in Node.
 */
export function baseline(
  pool: pg.Pool,
  merchantId: string,
): Pick<Path, 'replay'> & { fresh: Path['replay'] } {
  return {
    fresh: async ({ key, orderId }) => {
      const [id, recordId] = [uuidv7(), `raw-${key}`]
      await pool.query({ name: 'begin', text: BEGIN, values: [merchantId, recordId, id, orderId] })
      await pool.query({
        name: 'finish',
        text: FINISH,
        values: [merchantId, recordId, id, orderId, `ch_${id}`, uuidv7(), uuidv7(), uuidv7()],
      })
    },
    replay: ({ key }) => pool.query({ name: 'read', text: READ, values: [merchantId, `raw-${key}`] }),
  }
}

export const READ =
  'SELECT *, lease_until < now() AS over FROM idempotency_record WHERE merchant_id = $1 AND id = $2'

export const BEGIN = `
  WITH claim AS (
    INSERT INTO idempotency_record (merchant_id, id, scope, operation, key, fingerprint, fingerprint_version, state, token, worker, subject_id)
    VALUES ($1, $2, 'shopper', 'checkout.pay', $2, 'fingerprint', 1, 'sending', $3, 'bench', $3) ON CONFLICT (merchant_id, id) DO UPDATE SET key = excluded.key
    RETURNING token)
  INSERT INTO payment (merchant_id, id, order_id, record_id, amount, currency, method, gateway_key, receipt_token)
  SELECT o.merchant_id, $3, o.id, $2, o.amount, o.currency, 'pm_card_visa', $3::text, $3::text FROM orders o, claim
  WHERE o.merchant_id = $1 AND o.id = $4 AND o.status = 'open' AND claim.token = $3 ON CONFLICT DO NOTHING RETURNING *`

export const FINISH = `
  WITH record AS (
    UPDATE idempotency_record SET state = 'completed', completed_at = now(), status = 200, answer = '{"payment":{"id":"pay_0","status":"succeeded","amount":2400}}'
    WHERE merchant_id = $1 AND id = $2 AND token = $3),
  paid AS (
    UPDATE payment SET status = 'succeeded', gateway_ref = $5, card_label = 'Visa', fee = 36, updated_at = now() WHERE merchant_id = $1 AND id = $3),
  ordered AS (UPDATE orders SET status = 'paid', updated_at = now() WHERE merchant_id = $1 AND id = $4),
  event AS (INSERT INTO outbox_event (merchant_id, id, type, subject_id, payload) VALUES ($1, $6, 'payment.succeeded', $3, '{}')),
  txn AS (INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, description) VALUES ($1, $7, 'capture', $3, 'bench'))
  INSERT INTO entry (merchant_id, transaction_id, position, account_id, currency, amount)
  SELECT $1, $7, line.position, a.id, a.currency, line.amount
  FROM (VALUES (1, 'gateway_clearing', 2364), (2, 'processing_fees', 36), (3, 'sales', -2400)) AS line (position, code, amount)
  JOIN account a ON a.merchant_id = $1 AND a.code = line.code AND $8::uuid IS NOT NULL`

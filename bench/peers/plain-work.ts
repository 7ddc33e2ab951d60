import { uuidv7 } from '@/lib/id'
import { openPool } from '@/platform/db'
import type { BenchPayment } from '../paths/path'
import { answerOf, type Running, type Work } from './peer'

/**
 * What a peer guards: the charge, and then the rows of a payment in one prepared statement and one commit, the cheapest way to write them. As
 * `FINISH` of the raw SQL, without a record: a peer keeps its own.
 */
export function plainWork({ stage, merchantId, charge, name }: Work): Running {
  const pool = openPool(stage.url, { max: 10, name })
  return {
    pay: async ({ key, orderId }: BenchPayment) => {
      const ref = await charge()
      const [id, event, transaction] = [uuidv7(), uuidv7(), uuidv7()]
      const values = [merchantId, key, id, orderId, ref, event, transaction]
      const { rowCount } = await pool.query({ name: 'write', text: WRITE, values })
      if (rowCount !== 3) throw new Error('the order is not open')
      return answerOf(id)
    },
    stop: () => pool.end(),
  }
}

const WRITE = `
  WITH paid AS (
    INSERT INTO payment (merchant_id, id, order_id, record_id, amount, currency, method, gateway_key, receipt_token, status, gateway_ref, card_label, fee)
    SELECT o.merchant_id, $3::uuid, o.id, $2, o.amount, o.currency, 'pm_card_visa', $2, $3::uuid::text, 'succeeded', $5, 'Visa', 36 FROM orders o
    WHERE o.merchant_id = $1::uuid AND o.id = $4::uuid AND o.status = 'open' RETURNING id),
  ordered AS (UPDATE orders SET status = 'paid', updated_at = now() FROM paid WHERE merchant_id = $1::uuid AND orders.id = $4::uuid),
  event AS (INSERT INTO outbox_event (merchant_id, id, type, subject_id, payload) SELECT $1::uuid, $6::uuid, 'payment.succeeded', id, '{}' FROM paid),
  txn AS (INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, description) SELECT $1::uuid, $7::uuid, 'capture', id, 'bench' FROM paid)
  INSERT INTO entry (merchant_id, transaction_id, position, account_id, currency, amount)
  SELECT $1::uuid, $7::uuid, line.position, a.id, a.currency, line.amount
  FROM (VALUES (1, 'gateway_clearing', 2364), (2, 'processing_fees', 36), (3, 'sales', -2400)) AS line (position, code, amount)
  JOIN account a ON a.merchant_id = $1::uuid AND a.code = line.code CROSS JOIN paid`

import type pg from 'pg'

/**
 * Writes `count` paid orders with their postings, past all triggers, at times of the test's choice: payment and capture number `n` (from 1)
 * of 1000 + n minor units, of which the bank kept 30, `stepMs` after the one before.
 */
export async function fillBooks(
  owner: pg.Pool,
  of: { merchantId: string; currency: string; count: number; from: string; stepMs: number },
): Promise<void> {
  const { merchantId, currency, count, from, stepMs } = of
  await owner.query(`
    BEGIN;
    SET LOCAL session_replication_role = replica;
    INSERT INTO account (merchant_id, id, code, name, type, currency)
      SELECT '${merchantId}', gen_random_uuid(), code, name, type, '${currency}' FROM (VALUES
        ('gateway_clearing', 'Receivable from the bank', 'asset'), ('processing_fees', 'Processing fees', 'expense'),
        ('sales', 'Sales', 'revenue'), ('refunds', 'Refunds', 'revenue'), ('surplus_charges', 'Charged twice', 'liability')) a (code, name, type)
      ON CONFLICT DO NOTHING;
    CREATE TEMP TABLE made ON COMMIT DROP AS SELECT n, gen_random_uuid() AS id, gen_random_uuid() AS order_id, gen_random_uuid() AS txn_id,
      1000 + n AS amount, '${from}'::timestamptz + (n - 1) * interval '${stepMs} milliseconds' AS at FROM generate_series(1, ${count}) n;
    INSERT INTO orders (merchant_id, id, reference, currency, amount, status, customer_email, created_at)
      SELECT '${merchantId}', order_id, 'order ' || n, '${currency}', amount, 'paid', 'buyer' || n || '@example.com', at FROM made;
    INSERT INTO payment (merchant_id, id, order_id, record_id, status, amount, currency, method, gateway_key, gateway_ref, card_label, fee, receipt_token, created_at)
      SELECT '${merchantId}', id, order_id, 'record ' || id, 'succeeded', amount, '${currency}', 'pm_card_visa', id::text, 'ch_' || id, 'Visa •••• 4242', 30,
        'token ' || id, at FROM made;
    INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, description, posted_at)
      SELECT '${merchantId}', txn_id, 'capture', id, 'Card payment', at FROM made;
    INSERT INTO entry (merchant_id, transaction_id, position, account_id, currency, amount)
      SELECT a.merchant_id, m.txn_id, l.position, a.id, '${currency}', l.amount FROM made m CROSS JOIN LATERAL (VALUES
        (1, 'gateway_clearing', m.amount - 30), (2, 'processing_fees', 30), (3, 'sales', -m.amount)) l (position, code, amount)
      JOIN account a ON a.merchant_id = '${merchantId}' AND a.code = l.code AND a.currency = '${currency}';
    COMMIT;
    ANALYZE payment, orders, ledger_transaction, entry`)
}

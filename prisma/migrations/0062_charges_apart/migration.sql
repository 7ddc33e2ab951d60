-- The indexes whose laws 0061 keeps by triggers. Beside the work (CONCURRENTLY), so no table is locked; src/setup/schema/migrate.ts sends this
-- file statement by statement, and again from its beginning after a kill. An update of a payment now touches none of its indexes, and stays on its
-- page. Until the old version has gone, its look-ups by the bank's reference of a charge read the whole table.

-- Charges from before 0061; each later one is written by its trigger, and while the index is there, both refuse a second.
INSERT INTO payment_charge (gateway_ref, merchant_id, payment_id) SELECT gateway_ref, merchant_id, id FROM payment
  WHERE gateway_ref IS NOT NULL ON CONFLICT DO NOTHING;
DROP INDEX CONCURRENTLY IF EXISTS payment_one_per_charge;
DROP INDEX CONCURRENTLY IF EXISTS payment_one_live_per_order;

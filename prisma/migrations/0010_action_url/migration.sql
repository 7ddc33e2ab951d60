-- The bank's own URL at which the shopper confirms a payment, as a column. Until now it was parsed out of stored answers.
-- First step of two (expand): a server of the version before neither writes nor clears it, so no CHECK ties it to the status yet, and
-- readers take it from payments that are `requires_action` only. A null constant as default touches no row.
-- No index: the payment of a challenge is found through the few records in doubt, and those have one (idempotency_record_unfinished).
ALTER TABLE payment ADD COLUMN action_url text;

-- Payments that wait for their shopper now, from the answers stored for them. The checkout page's answer has `actionUrl`, the API's has
-- `nextAction.url` with our own host before it; both have the way back to us behind it. Few rows: only records in doubt are read.
UPDATE payment p
SET action_url = regexp_replace(
  split_part(coalesce(r.answer::json ->> 'actionUrl', r.answer::json #>> '{nextAction,url}'), '?return=', 1),
  '^https?://[^/]+(?=/api/bank/challenges/)', '')
FROM idempotency_record r
WHERE r.state = 'unknown' AND r.answer IS NOT NULL AND r.merchant_id = p.merchant_id AND r.id = p.record_id AND r.subject_id = p.id
  AND p.status = 'requires_action';

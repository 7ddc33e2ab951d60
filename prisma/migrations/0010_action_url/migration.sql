-- The bank's own URL at which the shopper confirms a payment, as a column. Until now it was parsed out of stored answers.
-- First step of two (expand): a server of the version before neither writes nor clears it, so no CHECK ties it to the status yet, and
-- readers take it from payments that are `requires_action` only. A null constant as default touches no row.
-- No index: the payment of a challenge is found through the few records in doubt, and those have one (idempotency_record_unfinished).
ALTER TABLE payment ADD COLUMN action_url text;

-- Payments that wait for their shopper now, from the answers stored for them. The page's answer has the URL as it is, the API's has our
-- own host before it; both have the way back to us behind it. Few rows: only records in doubt are read.
UPDATE payment p SET action_url = substring(r.answer FROM '/api/bank/challenges/[[:alnum:]_-]+')
FROM idempotency_record r
WHERE r.state = 'unknown' AND r.answer IS NOT NULL AND r.merchant_id = p.merchant_id AND r.id = p.record_id AND r.subject_id = p.id
  AND p.status = 'requires_action';

-- While servers of the version before run beside this one, they store the URL in their answers only: it is copied from there. A server
-- of this version has written the column in the same commit, so there is nothing to copy. The next migration (contract) drops this.
CREATE FUNCTION copy_action_url() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE payment SET action_url = substring(NEW.answer FROM '/api/bank/challenges/[[:alnum:]_-]+')
  WHERE merchant_id = NEW.merchant_id AND id = NEW.subject_id AND record_id = NEW.id AND status = 'requires_action' AND action_url IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER action_url_is_copied AFTER UPDATE OF answer ON idempotency_record
  FOR EACH ROW WHEN (NEW.state = 'unknown' AND NEW.answer IS NOT NULL) EXECUTE FUNCTION copy_action_url();

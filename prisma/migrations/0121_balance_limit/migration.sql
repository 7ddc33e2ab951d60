-- A limit below which a merchant's refunds may not take the balance at the bank (decision 0084). Null: none. Columns without a default rewrite
-- no row, and nothing of them is read where a payment is posted.
ALTER TABLE account ADD COLUMN min_balance bigint, ADD COLUMN limited_since timestamptz(6);
-- Every row that is there has null, so none need be looked at.
ALTER TABLE account
  ADD CONSTRAINT account_limit CHECK ((min_balance IS NULL) = (limited_since IS NULL)) NOT VALID,
  -- Refunds lower no other balance, and the rest of what lowers one is the bank's doing.
  ADD CONSTRAINT account_limit_of_clearing CHECK (min_balance IS NULL OR code = 'gateway_clearing') NOT VALID,
  -- As JSON carries it.
  ADD CONSTRAINT account_limit_range CHECK (min_balance BETWEEN -9007199254740991 AND 9007199254740991) NOT VALID;

-- What the bank owes the merchant, less the refunds that it is being asked for: a refund is booked when the bank has made it, and is counted from
-- its beginning on. One statement, so that a refund that is being booked counts once.
CREATE FUNCTION refund_balance(merchant uuid, in_currency text) RETURNS TABLE (account_id uuid, min_balance bigint, available numeric)
  LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT a.id, a.min_balance,
    coalesce((SELECT sum(part.amount) FROM (
      SELECT s.debits - s.credits AS amount FROM public.account_sum s
      WHERE s.merchant_id = a.merchant_id AND s.account_id = a.id AND s.width = 'day' AND (SELECT public.ledger_summed_upto()) > 0
      UNION ALL SELECT u.amount FROM public.unsummed_entries(merchant, NULL) u WHERE u.account_id = a.id) AS part), 0)
    - coalesce((SELECT sum(r.amount) FROM public.refund r
      WHERE r.merchant_id = a.merchant_id AND r.currency = a.currency AND r.status IN ('sending', 'unknown')), 0)
  FROM public.account a WHERE a.merchant_id = merchant AND a.code = 'gateway_clearing' AND a.currency = in_currency
$$;

-- Puts the refunds of one merchant, and changes of their limits, one after the other: until their commit, never while a bank is asked. Of all
-- currencies, since a statement that begins several refunds takes them in the order of their merchants alone. Not a lock of the account's row,
-- which every posting of a payment would have to share.
CREATE FUNCTION lock_refund_balance(merchant uuid) RETURNS void LANGUAGE sql VOLATILE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT pg_advisory_xact_lock(hashtextextended('refund balance of ' || merchant, 0))
$$;

-- Whether a refund of this amount leaves the limit. VOLATILE: its queries see what was committed while it waited, and what its own statement has
-- begun.
CREATE FUNCTION refund_is_within_limit(merchant uuid, in_currency text, wanted bigint) RETURNS boolean
  LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  lowest bigint;
BEGIN
  PERFORM public.lock_refund_balance(merchant);
  SELECT a.min_balance INTO lowest FROM public.account a
  WHERE a.merchant_id = merchant AND a.code = 'gateway_clearing' AND a.currency = in_currency;
  IF lowest IS NULL THEN RETURN true; END IF;
  RETURN (SELECT b.available - wanted >= lowest FROM public.refund_balance(merchant, in_currency) b);
END $$;

-- The same of any refund that is inserted, whoever does it: after the statement, with all that it has begun.
CREATE FUNCTION refund_keeps_the_limit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status IN ('sending', 'unknown') AND NOT public.refund_is_within_limit(NEW.merchant_id, NEW.currency, 0) THEN
    RAISE EXCEPTION 'refund % would take the balance below its limit', NEW.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER refund_keeps_the_limit AFTER INSERT ON refund FOR EACH ROW EXECUTE FUNCTION refund_keeps_the_limit();

-- Sets the limit, or takes it away (null), unless it is another than was shown. Not above what is there: from the first moment on, the limit is
-- kept. Changes the limit alone: the application has no right to the columns.
CREATE FUNCTION set_balance_limit(merchant uuid, in_currency text, shown bigint, lowest bigint) RETURNS boolean
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  found record;
BEGIN
  PERFORM public.lock_refund_balance(merchant);
  SELECT b.* INTO found FROM public.refund_balance(merchant, in_currency) b;
  IF found.account_id IS NULL OR found.min_balance IS DISTINCT FROM shown OR lowest > found.available THEN RETURN false; END IF;
  UPDATE public.account SET min_balance = lowest, limited_since = CASE WHEN lowest IS NOT NULL THEN now() END
  WHERE merchant_id = merchant AND id = found.account_id;
  RETURN true;
END $$;

REVOKE EXECUTE ON FUNCTION refund_balance(uuid, text), lock_refund_balance(uuid), refund_is_within_limit(uuid, text, bigint),
  refund_keeps_the_limit(), set_balance_limit(uuid, text, bigint, bigint) FROM PUBLIC;
-- Asked by the statement that begins a refund, by the sentence that refuses one, and by an admin's change. `min_balance` itself is out of reach.
GRANT EXECUTE ON FUNCTION refund_balance(uuid, text), lock_refund_balance(uuid), refund_is_within_limit(uuid, text, bigint),
  set_balance_limit(uuid, text, bigint, bigint) TO payonce_app;

-- From all entries, not from the sums that the limit is kept by. What the bank took by itself since the limit was set (a payout, a dispute, a
-- charge that it returned) counts as if it were there: five minutes earlier than that, for what was being booked just then.
CREATE VIEW integrity_across.balance_is_within_its_limit AS
  SELECT a.merchant_id, 'account ' || a.id AS subject,
    (b.balance - u.under_way) || ' ' || a.currency || ' with refunds under way, the bank took ' || b.taken || ', the limit is ' || a.min_balance AS detail
  FROM account a
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(e.amount), 0) AS balance, coalesce(-sum(e.amount) FILTER (
      WHERE e.amount < 0 AND t.kind <> 'refund' AND t.posted_at >= a.limited_since - interval '5 minutes'), 0) AS taken
    FROM entry e JOIN ledger_transaction t ON t.merchant_id = e.merchant_id AND t.id = e.transaction_id
    WHERE e.merchant_id = a.merchant_id AND e.account_id = a.id) AS b
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(r.amount), 0) AS under_way FROM refund r
    WHERE r.merchant_id = a.merchant_id AND r.currency = a.currency AND r.status IN ('sending', 'unknown')) AS u
  WHERE a.min_balance IS NOT NULL AND b.balance - u.under_way + b.taken < a.min_balance;
COMMENT ON VIEW integrity_across.balance_is_within_its_limit IS
  'No refund has taken a balance below its limit; only what the bank did by itself may';
INSERT INTO integrity_whole_only (invariant, because) VALUES
  ('balance-is-within-its-limit', 'it is a sum over all entries of an account');

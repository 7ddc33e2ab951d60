-- Erasure of a customer on request. Only the owner of the tables blanks the e-mail of an order; the product never does.
CREATE OR REPLACE FUNCTION orders_email_is_set_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.customer_email IS NULL AND pg_has_role(current_user, (SELECT c.relowner FROM pg_catalog.pg_class c WHERE c.oid = TG_RELID), 'MEMBER') THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'the e-mail of order % may not change', OLD.id USING ERRCODE = 'check_violation';
END $$;

-- Takes from a merchant's orders with this e-mail what tells who ordered: the e-mail, the stored answers of all that was done to the order (their
-- records become tombstones, as after their retention) and the mails with its receipts. Payments, books, audit and tombstones stay. What is under
-- way keeps its record, since its answer is not written yet: it is counted, to be asked for again. Reads all orders of the merchant.
CREATE FUNCTION erase_customer(of_merchant uuid, of_email text, OUT orders integer, OUT answers integer, OUT mails integer, OUT under_way integer)
  LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  found uuid[];
  subjects uuid[];
BEGIN
  SELECT coalesce(array_agg(o.id), '{}') INTO found FROM public.orders o
    WHERE o.merchant_id = of_merchant AND lower(o.customer_email) = lower(of_email);
  SELECT coalesce(array_agg(s.id), '{}') INTO subjects FROM (
    SELECT unnest(found) AS id
    UNION ALL SELECT c.id FROM public.order_change c WHERE c.merchant_id = of_merchant AND c.order_id = ANY (found)
    UNION ALL SELECT p.id FROM public.payment p WHERE p.merchant_id = of_merchant AND p.order_id = ANY (found)
    UNION ALL SELECT f.id FROM public.refund f JOIN public.payment p ON p.merchant_id = f.merchant_id AND p.id = f.payment_id
      WHERE f.merchant_id = of_merchant AND p.order_id = ANY (found)
    UNION ALL SELECT e.id FROM public.authorisation_end e JOIN public.payment p ON p.merchant_id = e.merchant_id AND p.id = e.payment_id
      WHERE e.merchant_id = of_merchant AND p.order_id = ANY (found)) s;

  SELECT count(*) INTO under_way FROM public.idempotency_record r
    WHERE r.merchant_id = of_merchant AND r.subject_id = ANY (subjects) AND r.state IN ('claimed', 'sending', 'unknown');

  UPDATE public.idempotency_record SET state = 'tombstone', status = NULL, problem = NULL, answer = NULL, headers = NULL, completed_at = NULL,
      scope = NULL, operation = NULL, key = NULL, fingerprint = NULL, fields = NULL, token = NULL, worker = NULL, held_since = NULL,
      tries = NULL, failures = NULL, retention_days = NULL
    WHERE merchant_id = of_merchant AND subject_id = ANY (subjects) AND (state = 'completed' OR state = 'tombstone' AND key IS NOT NULL);
  GET DIAGNOSTICS answers = ROW_COUNT;

  -- A mail that is being sent now is noted by nobody: its fence is another.
  UPDATE public.mail m SET recipient = 'erased', subject = 'erased', body = '', fence = m.fence + 1,
      state = CASE m.state WHEN 'pending' THEN 'failed' ELSE m.state END, ended_at = coalesce(m.ended_at, now()),
      error = CASE m.state WHEN 'pending' THEN 'erased' ELSE m.error END
    FROM public.receipt_mail s JOIN public.payment p ON p.merchant_id = s.merchant_id AND p.id = s.payment_id
    WHERE s.merchant_id = of_merchant AND p.order_id = ANY (found) AND m.merchant_id = s.merchant_id AND m.id = s.id AND m.recipient <> 'erased';
  GET DIAGNOSTICS mails = ROW_COUNT;

  -- One with work under way keeps its e-mail, so that it is found again.
  UPDATE public.orders o SET customer_email = NULL, email_record = NULL, updated_at = now()
    WHERE o.merchant_id = of_merchant AND o.id = ANY (found) AND NOT EXISTS (
      SELECT FROM public.payment p JOIN public.idempotency_record r ON r.merchant_id = p.merchant_id AND r.subject_id = p.id
      WHERE p.merchant_id = o.merchant_id AND p.order_id = o.id AND r.state IN ('claimed', 'sending', 'unknown'));
  GET DIAGNOSTICS orders = ROW_COUNT;
END $$;
REVOKE EXECUTE ON FUNCTION erase_customer(uuid, text) FROM PUBLIC;

-- The product's rights, column by column. Each right below is one that a statement of the product needs; the reason stands with it.
-- Servers of the version before go on working: they send the same UPDATEs, and the group roles stay. Rights alone change: no table is
-- locked for longer than its entry in the catalogue takes.
-- Who may log in is not said here: an installation makes logins of its own, as members of these group roles (docs/decisions/0015-logins-with-least-rights.md).

-- An order is paid, and nothing else ever happens to it: its amount, currency and items are what the shopper agreed to.
REVOKE UPDATE ON orders FROM payonce_app;
GRANT UPDATE (status, updated_at) ON orders TO payonce_app;

-- What became of a payment. What it was begun with may not change, and `refunded_amount` moves with its refunds alone (below).
REVOKE UPDATE ON payment FROM payonce_app;
GRANT UPDATE (status, updated_at, gateway_ref, card_label, decline_code, fee, action_url) ON payment TO payonce_app;

-- What became of a refund.
REVOKE UPDATE ON refund FROM payonce_app;
GRANT UPDATE (status, updated_at, gateway_ref, transaction_id) ON refund TO payonce_app;

-- A record's life: its lease and who has it, its state, and the stored answer. A take-over brings the fingerprint of its own request.
-- `key` is set to itself by the upsert of a claim, which has to update something. Whose record it is never changes.
REVOKE UPDATE ON idempotency_record FROM payonce_app;
GRANT UPDATE (key, fingerprint, fingerprint_version, fields, state, token, fence, lease_until, held_since, worker, subject_id,
  status, problem, answer, completed_at, tries, failures, parked_at, parked_reason) ON idempotency_record TO payonce_app;

-- What became of money that the bank took twice; what was found is a fact.
REVOKE UPDATE ON surplus_charge FROM payonce_app;
GRANT UPDATE (status, tries, reason, next_try_at, settled_at) ON surplus_charge TO payonce_app;
-- A later look at a charge whose meaning is not known yet.
REVOKE UPDATE ON open_charge FROM payonce_app;
GRANT UPDATE (refunded, status, looked_at) ON open_charge TO payonce_app;
-- How far the list was read.
REVOKE UPDATE ON reconciliation FROM payonce_app;
GRANT UPDATE (since, after, last_charge_at, updated_at) ON reconciliation TO payonce_app;

-- Counters: every column but the name.
REVOKE UPDATE ON job_health FROM payonce_app;
GRANT UPDATE (runs, failures, handled, last_started_at, last_finished_at, last_ms, last_error) ON job_health TO payonce_app;
REVOKE UPDATE ON rate_limit FROM payonce_app;
GRANT UPDATE (points, expire) ON rate_limit TO payonce_app;

-- Operators: what better-auth changes. An operator never moves to another merchant, and a session or a password to another operator.
REVOKE UPDATE ON operator, operator_session, operator_credential, operator_verification FROM payonce_app;
GRANT UPDATE (name, email, email_verified, image, updated_at) ON operator TO payonce_app;
GRANT UPDATE (expires_at, token, ip_address, user_agent, updated_at) ON operator_session TO payonce_app;
GRANT UPDATE (password, access_token, refresh_token, id_token, access_token_expires_at, refresh_token_expires_at, scope, updated_at)
  ON operator_credential TO payonce_app;
GRANT UPDATE (value, expires_at, updated_at) ON operator_verification TO payonce_app;

-- The bank: a request gets its answer, a charge is refunded. What was asked and what was charged are facts.
REVOKE UPDATE ON gateway_simulator.charge, gateway_simulator.request FROM payonce_bank;
GRANT UPDATE (refunded_amount) ON gateway_simulator.charge TO payonce_bank;
GRANT UPDATE (status, charge_id, decline_code) ON gateway_simulator.request TO payonce_bank;

-- The count of what was refunded moves with the refunds, so this trigger alone writes it: with its owner's rights, and a fixed path, since
-- a name that is looked up elsewhere would run with them too.
CREATE OR REPLACE FUNCTION refund_counts_on_its_payment() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  change bigint := CASE TG_OP WHEN 'INSERT' THEN NEW.amount ELSE -NEW.amount END;
BEGIN
  UPDATE public.payment SET refunded_amount = refunded_amount + change, updated_at = now()
  WHERE merchant_id = NEW.merchant_id AND id = NEW.payment_id AND status = 'succeeded' AND currency = NEW.currency;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'refund % is of no succeeded payment in %', NEW.id, NEW.currency USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

-- Functions are everybody's unless it is said otherwise. A trigger needs no such right when it fires, so one is left: the count of rows
-- that each commit of the product checks.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT EXECUTE ON FUNCTION expect_rows(text, bigint, bigint) TO payonce_app;

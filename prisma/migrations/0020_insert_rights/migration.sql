-- What the product may choose of a new row, column by column. 0011_least_rights said it of UPDATE: with INSERT on a whole table a login that
-- may not change a payment's state could still write a payment that has succeeded, or an entry of the audit log from last year.
-- Each list below is what the statements of the product send, of this version and of the ones before it, which go on working; the other
-- columns take their defaults. A column that comes later needs a grant of its own.
-- Rights alone change: no table is locked for longer than its entry in the catalogue takes.

-- Payments begin `sending`, unpaid by the bank, with nothing refunded; the rest comes with legal moves (payment_move_is_legal).
-- Not: status, gateway_ref, card_label, decline_code, fee, action_url, refunded_amount, created_at, updated_at.
REVOKE INSERT ON payment FROM payonce_app;
GRANT INSERT (merchant_id, id, order_id, record_id, amount, currency, method, gateway_key, receipt_token, description, metadata,
  actor, address, request_id) ON payment TO payonce_app;

-- Refunds begin `sending`, without the bank's reference and without a posting.
-- Not: status, gateway_ref, transaction_id, created_at, updated_at.
REVOKE INSERT ON refund FROM payonce_app;
GRANT INSERT (merchant_id, id, payment_id, record_id, amount, currency, reason, charge_ref, gateway_key, actor, address, request_id)
  ON refund TO payonce_app;

-- Orders begin open, at their first version. Not: version, status, created_at, updated_at.
REVOKE INSERT ON orders FROM payonce_app;
GRANT INSERT (merchant_id, id, reference, currency, amount, customer_email, metadata, actor, address, request_id) ON orders TO payonce_app;
-- Every column there is today: an item has no life of its own.
REVOKE INSERT ON order_item FROM payonce_app;
GRANT INSERT (merchant_id, order_id, position, name, quantity, unit_amount) ON order_item TO payonce_app;

-- A new claim. Its state, fence and counters are sent by Prisma, with the values of their defaults; a claim can change them later anyway.
-- `subject_id`, `lease_until`: of a claim that begins in the same statement.
-- Not: held_since, created_at, expires_at, which the database's clock gives, and nothing of an answer: a record that is born
-- completed would answer for a payment that never was.
REVOKE INSERT ON idempotency_record FROM payonce_app;
GRANT INSERT (merchant_id, id, scope, operation, key, fingerprint, fingerprint_version, fields, state, token, fence, worker, tries, failures,
  subject_id, lease_until) ON idempotency_record TO payonce_app;
-- Every column there is today: what happened at the API is written after it, in batches, so its instant comes from the server.
REVOKE INSERT ON attempt FROM payonce_app;
GRANT INSERT (merchant_id, id, record_id, operation, outcome, presses, status, problem, source, request_id, actor, address, worker, fence,
  at, duration_ms) ON attempt TO payonce_app;

-- Accounts of a merchant's first order in a currency. Not: created_at.
REVOKE INSERT ON account FROM payonce_app;
GRANT INSERT (merchant_id, id, code, name, type, currency) ON account TO payonce_app;
-- Not: posted_at, so that no posting is dated back into a month that is closed; nor xid, as before.
REVOKE INSERT ON ledger_transaction FROM payonce_app;
GRANT INSERT (merchant_id, id, kind, payment_id, reverses, description) ON ledger_transaction TO payonce_app;
-- Every column there is today: a line of a posting.
REVOKE INSERT ON entry FROM payonce_app;
GRANT INSERT (merchant_id, transaction_id, position, account_id, currency, amount) ON entry TO payonce_app;

-- What the reconciler finds. Not: what became of it (status, tries, reason, next_try_at, settled_at), nor found_at.
REVOKE INSERT ON surplus_charge FROM payonce_app;
GRANT INSERT (merchant_id, gateway_ref, payment_id, transaction_id, amount, currency) ON surplus_charge TO payonce_app;
-- Not: noticed_at, looked_at.
REVOKE INSERT ON open_charge FROM payonce_app;
GRANT INSERT (gateway_ref, gateway_key, amount, refunded, currency, charged_at, status) ON open_charge TO payonce_app;
-- Not: updated_at.
REVOKE INSERT ON reconciliation FROM payonce_app;
GRANT INSERT (gateway, since, after, last_charge_at) ON reconciliation TO payonce_app;

-- Not: `at`, so that no entry is dated back; nor its place and its hashes, which chain_audit_entry gives.
REVOKE INSERT ON audit_log FROM payonce_app;
GRANT INSERT (merchant_id, id, actor, address, request_id, action, subject, detail) ON audit_log TO payonce_app;
-- Not: created_at.
REVOKE INSERT ON outbox_event FROM payonce_app;
GRANT INSERT (merchant_id, id, type, subject_id, payload) ON outbox_event TO payonce_app;

-- `npm run merchant` and the seed. Not: created_at.
REVOKE INSERT ON merchant FROM payonce_app;
GRANT INSERT (id, name, mode) ON merchant TO payonce_app;
-- A key is born in use. Not: revoked_at, rotated_to, last_used_at, created_at.
REVOKE INSERT ON api_key FROM payonce_app;
GRANT INSERT (merchant_id, id, name, hash, hint, scopes, created_by, expires_at, actor, address, request_id) ON api_key TO payonce_app;
-- An invitation is born open, and its 72 hours are the database's. Not: created_at, expires_at, accepted_at, revoked_at.
REVOKE INSERT ON operator_invitation FROM payonce_app;
GRANT INSERT (merchant_id, id, email, role, hash, invited_by) ON operator_invitation TO payonce_app;

-- Operators: better-auth sends created_at and updated_at of its own. Not: image, which nobody has.
REVOKE INSERT ON operator FROM payonce_app;
GRANT INSERT (id, merchant_id, name, email, role, email_verified, created_at, updated_at) ON operator TO payonce_app;
-- Not: verified_at, which is the instant of the sign-in.
REVOKE INSERT ON operator_session FROM payonce_app;
GRANT INSERT (id, expires_at, token, ip_address, user_agent, user_id, failed_verifications, created_at, updated_at) ON operator_session TO payonce_app;
-- Not: the tokens of other providers, of which there are none.
REVOKE INSERT ON operator_credential FROM payonce_app;
GRANT INSERT (id, account_id, provider_id, user_id, password, created_at, updated_at) ON operator_credential TO payonce_app;
-- Every column there is today, all of them better-auth's.
REVOKE INSERT ON operator_verification FROM payonce_app;
GRANT INSERT (id, identifier, value, expires_at, created_at, updated_at) ON operator_verification TO payonce_app;

-- Counters and reports. The limiter sends all three of its columns without naming them.
REVOKE INSERT ON rate_limit FROM payonce_app;
GRANT INSERT (key, points, expire) ON rate_limit TO payonce_app;
-- Every column there is today.
REVOKE INSERT ON job_health FROM payonce_app;
GRANT INSERT (job, runs, failures, handled, last_started_at, last_finished_at, last_ms, last_error) ON job_health TO payonce_app;
-- Not: count, first_seen_at, last_seen_at.
REVOKE INSERT ON csp_report FROM payonce_app;
GRANT INSERT (directive, blocked, page) ON csp_report TO payonce_app;

-- The bank. A charge begins with nothing refunded. Not: refunded_amount, created_at.
REVOKE INSERT ON gateway_simulator.charge, gateway_simulator.refund, gateway_simulator.request FROM payonce_bank;
GRANT INSERT (id, idempotency_key, amount, currency) ON gateway_simulator.charge TO payonce_bank;
GRANT INSERT (idempotency_key, id, charge_id, amount, currency) ON gateway_simulator.refund TO payonce_bank;
-- A request is written together with its answer.
GRANT INSERT (idempotency_key, token, amount, currency, status, decline_code, charge_id, challenge_id) ON gateway_simulator.request TO payonce_bank;

-- A session ends 24 hours after it was made, and its maker is the library in our own process: an instant in the future, which would move that
-- end, is now. The rest is 0015_operators.
CREATE OR REPLACE FUNCTION operator_session_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    NEW.created_at := OLD.created_at;
    NEW.user_id := OLD.user_id;
  ELSE
    NEW.created_at := LEAST(NEW.created_at, now());
  END IF;
  NEW.expires_at := LEAST(NEW.expires_at, NEW.created_at + interval '24 hours');
  RETURN NEW;
END $$;

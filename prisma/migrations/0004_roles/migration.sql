-- Two roles, deny by default. The product works as payonce_app: no DDL, no UPDATE or DELETE of facts, no write to the bank.
-- The simulated bank works as payonce_bank and sees nothing of the product.
DO $$
DECLARE
  role_name text;
BEGIN
  FOREACH role_name IN ARRAY ARRAY['payonce_app', 'payonce_bank'] LOOP
    BEGIN
      IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
      END IF;
    EXCEPTION
      WHEN duplicate_object OR unique_violation THEN NULL; -- another database of this cluster made it in the same moment
      WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'this database user may not create the role %: let an administrator run  CREATE ROLE payonce_app; CREATE ROLE payonce_bank; GRANT payonce_app, payonce_bank TO %;', role_name, current_user;
    END;
    IF NOT pg_has_role(current_user, role_name, 'USAGE') THEN
      EXECUTE format('GRANT %I TO %I', role_name, current_user);
    END IF;
  END LOOP;
END $$;

GRANT USAGE ON SCHEMA public TO payonce_app;
GRANT SELECT, INSERT ON merchant, order_item, account TO payonce_app;
GRANT SELECT, INSERT, UPDATE ON orders, payment, idempotency_record TO payonce_app;
GRANT SELECT, INSERT ON ledger_transaction, entry, outbox_event TO payonce_app;
GRANT SELECT, INSERT ON attempt TO payonce_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON operator, operator_session, operator_credential, operator_verification TO payonce_app;
-- Reading the bank's own count is what proves ours.
GRANT USAGE ON SCHEMA gateway_simulator TO payonce_app;
GRANT SELECT ON gateway_simulator.charge TO payonce_app;

GRANT USAGE ON SCHEMA gateway_simulator TO payonce_bank;
GRANT SELECT, INSERT, UPDATE ON gateway_simulator.charge, gateway_simulator.request TO payonce_bank;

-- Claims in batches: one statement inserts each record as `sending`, together with what its operation begins. Which of them began nothing is
-- known only at the end of that statement, and a statement cannot update a row that it has inserted; a function that it calls can. So a
-- record with nothing begun is never committed as `sending`.
CREATE FUNCTION keep_claimed(merchant uuid, record text, holder uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE idempotency_record SET state = 'claimed', subject_id = NULL
  WHERE merchant_id = merchant AND id = record AND token = holder AND state = 'sending';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'record % was not claimed in this statement', record USING ERRCODE = 'check_violation';
  END IF;
  RETURN true;
END $$;
-- It may do no more than its caller, who may update these columns (0011).
REVOKE EXECUTE ON FUNCTION keep_claimed(uuid, text, uuid) FROM PUBLIC;
-- The claims of a batch.
GRANT EXECUTE ON FUNCTION keep_claimed(uuid, text, uuid) TO payonce_app;

-- A charge that another payment has is refused as the payment's row is written, not after everything that one statement writes with it: of a batch
-- of outcomes the work of all the others was done, undone and done again. The law stays with the trigger of 0061, which alone sees a
-- charge that another transaction is about to write; this says the same earlier, with the words by which a batch finds the call.
CREATE FUNCTION charge_of_none(ref text) RETURNS text LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM public.payment_charge c WHERE c.gateway_ref = ref) THEN
    RAISE EXCEPTION 'the charge % is of another payment', ref
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'payment_charge_pkey', TABLE = 'payment_charge', DETAIL = format('Key (gateway_ref)=(%s) already exists.', ref);
  END IF;
  RETURN ref;
END $$;
REVOKE EXECUTE ON FUNCTION charge_of_none(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION charge_of_none(text) TO payonce_app;

-- Two admins are two people only if one cannot make the other: an admin who invites a second one, or a stolen session of one, could have
-- them approve a refund request within minutes. An admin approves after 24 hours as an admin: by then the invitation, the new name in the
-- list of operators and the entry in the audit log have been there for a working day.
-- A server of the version before works on: it neither reads nor writes the column, and its approvals are refused as its others are.

-- Since when the operator has been an admin without a break; null: is none. Nullable, so that no row is rewritten.
ALTER TABLE operator ADD COLUMN admin_since timestamptz(6);
-- Nobody recorded when: those who are admins today keep the rights of today.
UPDATE operator SET admin_since = created_at WHERE role = 'admin';

-- The database's word and clock: the application may not write the column.
CREATE FUNCTION operator_admin_since() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.role IS DISTINCT FROM 'admin' THEN
    NEW.admin_since := NULL;
  ELSIF TG_OP = 'INSERT' OR OLD.role IS DISTINCT FROM 'admin' THEN
    NEW.admin_since := now();
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER operator_admin_since BEFORE INSERT OR UPDATE OF role ON operator FOR EACH ROW EXECUTE FUNCTION operator_admin_since();

-- Whether this actor (`operator:…`) has been an admin of the merchant for 24 hours.
CREATE FUNCTION may_approve_refunds(whose uuid, by_actor text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM operator o
    WHERE o.merchant_id = whose AND 'operator:' || o.id = by_actor AND o.role = 'admin' AND o.admin_since <= now() - interval '24 hours')
$$;

CREATE FUNCTION refund_request_approver_is_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT may_approve_refunds(NEW.merchant_id, NEW.decided_actor) THEN
    RAISE EXCEPTION 'refund request % is approved by somebody who has not been an admin for 24 hours', NEW.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
-- Its name comes after refund_request_move_is_legal, which says first what is more wrong.
CREATE TRIGGER refund_request_settled_approver BEFORE UPDATE ON refund_request FOR EACH ROW
  WHEN (NEW.status = 'approved' AND OLD.status = 'open') EXECUTE FUNCTION refund_request_approver_is_settled();

REVOKE EXECUTE ON FUNCTION operator_admin_since(), refund_request_approver_is_settled(), may_approve_refunds(uuid, text) FROM PUBLIC;
-- Asked by the statement that approves, and by the trigger on it.
GRANT EXECUTE ON FUNCTION may_approve_refunds(uuid, text) TO payonce_app;

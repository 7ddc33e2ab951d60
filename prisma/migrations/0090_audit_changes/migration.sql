-- What a change was of, field by field: `[{"field": "role", "before": "viewer", "after": "admin"}]`. Covered by the hash of its entry. Entries
-- without it keep the hash that they have; a server of the version before writes none.

ALTER TABLE audit_log ADD COLUMN changes jsonb;
ALTER TABLE audit_log ADD CONSTRAINT audit_log_changes CHECK (changes IS NULL OR jsonb_typeof(changes) = 'array' AND octet_length(changes::text) <= 20000) NOT VALID;
GRANT INSERT (changes) ON audit_log TO payonce_app;

CREATE OR REPLACE FUNCTION audit_hash(entry audit_log) RETURNS bytea LANGUAGE sql STABLE
  RETURN sha256(entry.previous_hash || convert_to((jsonb_build_array(
    entry.seq, entry.merchant_id, entry.id, entry.actor, entry.address, entry.request_id, entry.action, entry.subject, entry.detail,
    microseconds(entry.at))
    || CASE WHEN entry.changes IS NULL THEN '[]'::jsonb ELSE jsonb_build_array(entry.changes) END)::text, 'UTF8'));

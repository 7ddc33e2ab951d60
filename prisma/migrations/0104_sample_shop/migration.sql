-- The sample shop: a merchant of the mode `sample`, whose payments are made up. No installation serves this mode, so that nothing takes its rows for
-- money: no worker asks about them, no alert is raised and nothing is sent. A server of the version before goes on working.

-- Checked for the rows that are there by the next migration.
ALTER TABLE merchant DROP CONSTRAINT merchant_mode;
ALTER TABLE merchant ADD CONSTRAINT merchant_mode CHECK (mode IN ('test', 'live', 'sample')) NOT VALID;

-- When an operator removed it: from then on nobody is shown it, and the next start of the sandbox deletes its rows.
ALTER TABLE merchant ADD COLUMN sample_removed_at timestamptz(6);
ALTER TABLE merchant ADD CONSTRAINT merchant_only_the_sample_is_removed CHECK (sample_removed_at IS NULL OR mode = 'sample') NOT VALID;
GRANT UPDATE (sample_removed_at) ON merchant TO payonce_app;

-- Since when this session looks at the sample shop. Null: at the operator's own.
ALTER TABLE operator_session ADD COLUMN sample_since timestamptz(6);
GRANT UPDATE (sample_since) ON operator_session TO payonce_app;

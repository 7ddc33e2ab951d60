-- Violations of the pages' Content-Security-Policy, as browsers report them: one row for each directive, blocked address and page, counted.
-- Of the installation, not of a merchant: a policy belongs to our pages. Addresses come without query, ids and tokens (server/csp-reports.ts).
CREATE TABLE csp_report (
  directive text NOT NULL,
  blocked text NOT NULL,
  page text NOT NULL,
  count bigint NOT NULL DEFAULT 1,
  first_seen_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  last_seen_at timestamptz(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT csp_report_pkey PRIMARY KEY (directive, blocked, page),
  CONSTRAINT csp_report_is_short CHECK (length(directive) <= 40 AND length(blocked) <= 200 AND length(page) <= 200)
);
-- UPDATE: a report that comes again is counted. DELETE: what nobody has reported for 90 days is forgotten.
GRANT SELECT, INSERT, DELETE ON csp_report TO payonce_app;
GRANT UPDATE (count, last_seen_at) ON csp_report TO payonce_app;

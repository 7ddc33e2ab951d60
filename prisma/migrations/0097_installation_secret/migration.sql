-- Which secrets the processes on this database were started with: a mark of each, from which nobody learns the secret. Two installations with
-- different secrets on one database would not know each other's cookies, codes and keys.
CREATE TABLE installation_secret (
  mark text NOT NULL,
  since timestamptz(6) NOT NULL DEFAULT now(),
  CONSTRAINT installation_secret_pkey PRIMARY KEY (mark)
);
-- A process adds its own at its first connection; only the owner takes one away.
GRANT SELECT, INSERT (mark) ON installation_secret TO payonce_app;

-- The database's clock as the worker saw it last. A clock that reads less than that was put back, and instants that were stored before lie
-- further ahead than they should: leases and pauses would hold work back for as long as the clock went back.
CREATE TABLE database_clock (
  -- There is one row.
  one boolean NOT NULL DEFAULT true CONSTRAINT database_clock_one CHECK (one),
  seen_at timestamptz(6) NOT NULL DEFAULT now(),
  put_back_at timestamptz(6),
  CONSTRAINT database_clock_pkey PRIMARY KEY (one)
);
INSERT INTO database_clock DEFAULT VALUES;
-- The job `clock` reads the row and writes both instants.
GRANT SELECT, UPDATE (seen_at, put_back_at) ON database_clock TO payonce_app;

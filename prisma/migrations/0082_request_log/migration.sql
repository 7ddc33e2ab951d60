-- The log of requests of programs: redacted, bounded, and removed by age. It is written beside the requests, in batches, and is no record of
-- money. New tables: a server of the version before works on.

CREATE TABLE api_request (
  merchant_id uuid NOT NULL,
  -- A UUID of version 7, made when the request came: the primary key has the requests in their order.
  id uuid NOT NULL,
  api_key_id uuid NOT NULL,
  at timestamptz(6) NOT NULL,
  duration_ms integer NOT NULL CONSTRAINT api_request_duration CHECK (duration_ms >= 0),
  method text NOT NULL CONSTRAINT api_request_method CHECK (length(method) BETWEEN 1 AND 10),
  path text NOT NULL CONSTRAINT api_request_path CHECK (length(path) <= 320),
  query text CONSTRAINT api_request_query CHECK (length(query) <= 2000),
  status smallint NOT NULL CONSTRAINT api_request_status CHECK (status BETWEEN 100 AND 599),
  problem text CONSTRAINT api_request_problem CHECK (length(problem) <= 40),
  outcome text CONSTRAINT api_request_outcome CHECK (outcome IN ('executed', 'replayed', 'joined', 'rejected')),
  operation text CONSTRAINT api_request_operation CHECK (length(operation) <= 60),
  record_id text CONSTRAINT api_request_record CHECK (length(record_id) <= 64),
  idempotency_key text CONSTRAINT api_request_key CHECK (length(idempotency_key) <= 320),
  -- Hash of what was asked for: equal for two requests of one API key that want the same thing.
  intent text CONSTRAINT api_request_intent_length CHECK (length(intent) <= 64),
  -- The request that asked for the same thing under another idempotency key, within an hour.
  same_intent_as uuid,
  address text CONSTRAINT api_request_address CHECK (length(address) <= 64),
  request_headers text NOT NULL CONSTRAINT api_request_request_headers CHECK (length(request_headers) <= 8000),
  request_body text CONSTRAINT api_request_request_body CHECK (length(request_body) <= 4096),
  request_bytes integer,
  answer_headers text NOT NULL CONSTRAINT api_request_answer_headers CHECK (length(answer_headers) <= 8000),
  answer_body text CONSTRAINT api_request_answer_body CHECK (length(answer_body) <= 4096),
  CONSTRAINT api_request_pkey PRIMARY KEY (merchant_id, id),
  CONSTRAINT api_request_merchant_id_api_key_id_fkey FOREIGN KEY (merchant_id, api_key_id) REFERENCES api_key (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE INDEX api_request_by_api_key ON api_request (merchant_id, api_key_id, id);
CREATE INDEX api_request_by_key ON api_request (merchant_id, idempotency_key, id) WHERE idempotency_key IS NOT NULL;
CREATE INDEX api_request_by_intent ON api_request (merchant_id, intent, id) WHERE intent IS NOT NULL;
CREATE INDEX api_request_failed ON api_request (merchant_id, id) WHERE status >= 400;
CREATE INDEX api_request_new_keys ON api_request (merchant_id, api_key_id, id) WHERE same_intent_as IS NOT NULL;
CREATE INDEX api_request_age ON api_request (at);

-- How many requests of a merchant the log has left out, because there were too many, or the database was away.
CREATE TABLE api_request_loss (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  at timestamptz(6) NOT NULL,
  count integer NOT NULL CONSTRAINT api_request_loss_count CHECK (count > 0),
  CONSTRAINT api_request_loss_pkey PRIMARY KEY (merchant_id, id),
  CONSTRAINT api_request_loss_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE INDEX api_request_loss_age ON api_request_loss (at);

-- What the requests of an API key came to in each hour, of those that were logged.
CREATE TABLE api_key_hour (
  merchant_id uuid NOT NULL,
  api_key_id uuid NOT NULL,
  hour timestamptz(6) NOT NULL,
  requests integer NOT NULL,
  -- Those that reached the engine with an idempotency key.
  keyed integer NOT NULL,
  -- Answered with the stored answer.
  replays integer NOT NULL,
  -- Refused with 422: the key belonged to a request with other contents.
  mismatches integer NOT NULL,
  -- Refused with 409.
  conflicts integer NOT NULL,
  -- All with a status of 400 to 499, and of 500 or above.
  refused integer NOT NULL,
  failed integer NOT NULL,
  -- Requests with `same_intent_as`.
  new_keys integer NOT NULL,
  CONSTRAINT api_key_hour_pkey PRIMARY KEY (merchant_id, api_key_id, hour),
  CONSTRAINT api_key_hour_merchant_id_api_key_id_fkey FOREIGN KEY (merchant_id, api_key_id) REFERENCES api_key (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE INDEX api_key_hour_age ON api_key_hour (hour);

-- What was logged never changes; it is removed by age.
GRANT SELECT, INSERT, DELETE ON api_request, api_request_loss TO payonce_app;
-- The counts of an hour grow with each batch.
GRANT SELECT, INSERT, DELETE ON api_key_hour TO payonce_app;
GRANT UPDATE (requests, keyed, replays, mismatches, conflicts, refused, failed, new_keys) ON api_key_hour TO payonce_app;

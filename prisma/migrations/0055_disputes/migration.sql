-- What becomes of disputes. The bank takes a disputed amount at once (a movement, held in `disputes_held`), and gives it back by another
-- movement. One that is lost moves nothing more: its status must be asked for, and the loss is posted. New tables, a new trigger; a server of
-- the version before works on, and the disputes that it reads get their rows too.

CREATE TABLE dispute (
  merchant_id uuid NOT NULL,
  gateway text NOT NULL,
  -- The dispute and the disputed charge, by the bank's own references.
  ref text NOT NULL,
  charge_ref text,
  payment_id uuid,
  currency text NOT NULL,
  -- As the bank said last. `closed`: over without a decision.
  state text NOT NULL DEFAULT 'open' CONSTRAINT dispute_state CHECK (state IN ('open', 'won', 'lost', 'closed')),
  noticed_at timestamptz(6) NOT NULL DEFAULT now(),
  -- When the bank answered last; when it is asked again, or the loss is compared with the movements. Null: nothing is to be done.
  checked_at timestamptz(6),
  next_check_at timestamptz(6) DEFAULT now(),
  CONSTRAINT dispute_pkey PRIMARY KEY (merchant_id, gateway, ref),
  CONSTRAINT dispute_merchant_id_payment_id_fkey FOREIGN KEY (merchant_id, payment_id)
    REFERENCES payment (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE INDEX dispute_due ON dispute (gateway, next_check_at) WHERE next_check_at IS NOT NULL;
CREATE INDEX dispute_newest ON dispute (merchant_id, noticed_at DESC, ref DESC);
CREATE INDEX dispute_of_payment ON dispute (merchant_id, payment_id);

-- What was posted for a dispute beside its movements. Facts: their sum is the loss. A reinstated amount is a loss of the opposite sign.
CREATE TABLE dispute_loss (
  merchant_id uuid NOT NULL,
  gateway text NOT NULL,
  ref text NOT NULL,
  -- 1, 2, …: of two workers that post the same one, one is refused.
  number integer NOT NULL CONSTRAINT dispute_loss_number CHECK (number > 0),
  -- Signed, in minor units: positive is what was lost.
  amount bigint NOT NULL CONSTRAINT dispute_loss_amount CHECK (amount <> 0),
  -- Determined by the dispute and the number.
  transaction_id uuid NOT NULL,
  posted_at timestamptz(6) NOT NULL DEFAULT now(),
  CONSTRAINT dispute_loss_pkey PRIMARY KEY (merchant_id, gateway, ref, number),
  CONSTRAINT dispute_loss_merchant_id_gateway_ref_fkey FOREIGN KEY (merchant_id, gateway, ref)
    REFERENCES dispute (merchant_id, gateway, ref) ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT dispute_loss_merchant_id_transaction_id_fkey FOREIGN KEY (merchant_id, transaction_id)
    REFERENCES ledger_transaction (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE UNIQUE INDEX dispute_loss_merchant_id_transaction_id_key ON dispute_loss (merchant_id, transaction_id);

-- A row for each dispute that a movement was posted of, in the commit of the posting, whoever wrote it. A later movement has it compared again.
CREATE FUNCTION note_dispute() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO public.dispute (merchant_id, gateway, ref, charge_ref, payment_id, currency)
  VALUES (NEW.merchant_id, NEW.gateway, NEW.subject_ref, NEW.charge_ref, NEW.payment_id, NEW.currency)
  ON CONFLICT (merchant_id, gateway, ref) DO UPDATE SET next_check_at = now();
  RETURN NULL;
END $$;
REVOKE EXECUTE ON FUNCTION note_dispute() FROM PUBLIC;
CREATE TRIGGER disputed_movement_is_noted AFTER INSERT OR UPDATE OF state ON bank_movement FOR EACH ROW
  WHEN (NEW.kind IN ('dispute', 'dispute_reversal') AND NEW.state = 'explained' AND NEW.subject_ref IS NOT NULL) EXECUTE FUNCTION note_dispute();

-- Disputes of the versions before. Those that were won long ago are asked for once.
INSERT INTO dispute (merchant_id, gateway, ref, charge_ref, payment_id, currency)
  SELECT DISTINCT ON (merchant_id, gateway, subject_ref) merchant_id, gateway, subject_ref, charge_ref, payment_id, currency FROM bank_movement
  WHERE kind IN ('dispute', 'dispute_reversal') AND state = 'explained' AND subject_ref IS NOT NULL
  ORDER BY merchant_id, gateway, subject_ref, happened_at
  ON CONFLICT DO NOTHING;

-- The application notes a dispute through the trigger above, writes what the bank says of it, and posts its loss.
-- Not of a new dispute: its state, which only the bank's answer moves. Not of a loss: its instant.
GRANT SELECT ON dispute, dispute_loss TO payonce_app;
GRANT INSERT (merchant_id, gateway, ref, charge_ref, payment_id, currency) ON dispute TO payonce_app;
GRANT UPDATE (state, checked_at, next_check_at) ON dispute TO payonce_app;
GRANT INSERT (merchant_id, gateway, ref, number, amount, transaction_id) ON dispute_loss TO payonce_app;

-- The simulated bank: which disputes were lost. One that was won has a movement. Its own table, which a sandbox alone has.
CREATE TABLE gateway_simulator.lost_dispute (
  ref text PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now()
);
-- Not: created_at.
GRANT SELECT ON gateway_simulator.lost_dispute TO payonce_bank;
GRANT INSERT (ref) ON gateway_simulator.lost_dispute TO payonce_bank;

-- What must be true of all this. ----------------------------------------------------------------------------------------------------
-- A posting stands for one movement, or for one loss.
CREATE OR REPLACE VIEW integrity_across.bank_movement_is_posted_once AS
  SELECT merchant_id, 'ledger_transaction ' || transaction_id AS subject, count(*) || ' movements' AS detail
  FROM (
    SELECT merchant_id, transaction_id FROM bank_movement WHERE transaction_id IS NOT NULL
    UNION ALL SELECT merchant_id, fee_transaction_id FROM bank_movement WHERE fee_transaction_id IS NOT NULL
    UNION ALL SELECT merchant_id, transaction_id FROM dispute_loss) used
  GROUP BY merchant_id, transaction_id HAVING count(*) > 1
  UNION ALL SELECT t.merchant_id, 'ledger_transaction ' || t.id, 'a posting of no movement' FROM ledger_transaction t
  WHERE t.kind = 'movement' AND NOT EXISTS (SELECT FROM bank_movement m WHERE (m.merchant_id, m.transaction_id) = (t.merchant_id, t.id))
    AND NOT EXISTS (SELECT FROM bank_movement m WHERE (m.merchant_id, m.fee_transaction_id) = (t.merchant_id, t.id))
    AND NOT EXISTS (SELECT FROM dispute_loss l WHERE (l.merchant_id, l.transaction_id) = (t.merchant_id, t.id));

-- Said once the dispute was compared: a movement that came since has it compared again.
CREATE VIEW integrity_across.lost_dispute_is_posted AS
  SELECT d.merchant_id, 'dispute ' || d.ref AS subject,
    'it is ' || d.state || ', ' || moved.taken || ' ' || d.currency || ' taken by the bank, ' || posted.lost || ' posted as lost' AS detail
  FROM dispute d
  CROSS JOIN LATERAL (
    SELECT coalesce(-sum(m.amount), 0) AS taken FROM bank_movement m
    WHERE m.merchant_id = d.merchant_id AND m.gateway = d.gateway AND m.subject_ref = d.ref AND m.state = 'explained'
      AND m.kind IN ('dispute', 'dispute_reversal')) moved
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(l.amount), 0) AS lost FROM dispute_loss l
    WHERE l.merchant_id = d.merchant_id AND l.gateway = d.gateway AND l.ref = d.ref) posted
  WHERE d.next_check_at IS NULL AND posted.lost <> CASE d.state WHEN 'lost' THEN moved.taken ELSE 0 END
  UNION ALL SELECT l.merchant_id, 'dispute ' || l.ref, 'a loss of ' || l.amount || ', posted ' || coalesce(posted.amount, 0)
  FROM dispute_loss l LEFT JOIN LATERAL (
    SELECT sum(e.amount) AS amount FROM entry e
    JOIN account a ON (a.merchant_id, a.id) = (e.merchant_id, e.account_id) AND a.code = 'disputes_lost'
    WHERE e.merchant_id = l.merchant_id AND e.transaction_id = l.transaction_id) posted ON true
  WHERE coalesce(posted.amount, 0) <> l.amount;
COMMENT ON VIEW integrity_across.lost_dispute_is_posted IS
  'Of a dispute that the bank calls lost, what the bank has taken is posted as lost, and of no other';

CREATE VIEW integrity_across.held_in_disputes_is_the_sum_of_disputes AS
  SELECT merchant_id, 'currency ' || currency AS subject, 'the ledger holds ' || sum(posted) || ', the disputes ' || sum(held) AS detail
  FROM (
    SELECT e.merchant_id, e.currency::text, e.amount AS posted, 0 AS held FROM entry e
    JOIN account a ON (a.merchant_id, a.id) = (e.merchant_id, e.account_id) AND a.code = 'disputes_held'
    UNION ALL SELECT merchant_id, currency, 0, -amount FROM bank_movement
    WHERE kind IN ('dispute', 'dispute_reversal') AND state = 'explained'
    UNION ALL SELECT l.merchant_id, d.currency, 0, -l.amount FROM dispute_loss l
    JOIN dispute d ON (d.merchant_id, d.gateway, d.ref) = (l.merchant_id, l.gateway, l.ref)) both_sides
  GROUP BY merchant_id, currency HAVING sum(posted) <> sum(held);
COMMENT ON VIEW integrity_across.held_in_disputes_is_the_sum_of_disputes IS
  'In each currency the account of disputes is what the bank has taken in disputes, less what came back or was lost';

INSERT INTO integrity_whole_only (invariant, because) VALUES
  ('lost-dispute-is-posted', 'a dispute may be about a movement of months ago'),
  ('held-in-disputes-is-the-sum-of-disputes', 'a sum over every dispute and every posting of the account');

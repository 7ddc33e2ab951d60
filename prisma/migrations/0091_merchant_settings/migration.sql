-- How a merchant shows itself to shoppers, and its time zone. Each change is a row of its own, the next version: no row is edited, and of two
-- changes of one version the second is refused by the primary key. No row: nothing was chosen.

-- A picture of which we have decoded and written every byte (src/settings/png.ts). One that is in use no more is kept, and served no more.
CREATE TABLE merchant_logo (
  merchant_id uuid NOT NULL,
  -- Random: part of the address under which everybody may read it.
  id uuid NOT NULL,
  png bytea NOT NULL CONSTRAINT merchant_logo_png CHECK (octet_length(png) <= 32768 AND substring(png FROM 1 FOR 8) = '\x89504e470d0a1a0a'),
  width int NOT NULL CONSTRAINT merchant_logo_width CHECK (width BETWEEN 1 AND 600),
  height int NOT NULL CONSTRAINT merchant_logo_height CHECK (height BETWEEN 1 AND 200),
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  CONSTRAINT merchant_logo_pkey PRIMARY KEY (merchant_id, id),
  CONSTRAINT merchant_logo_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE UNIQUE INDEX merchant_logo_id_key ON merchant_logo (id);

CREATE TABLE merchant_settings (
  merchant_id uuid NOT NULL,
  version int NOT NULL CONSTRAINT merchant_settings_version CHECK (version >= 1),
  -- Null: the merchant's name.
  display_name text CONSTRAINT merchant_settings_display_name CHECK (length(display_name) BETWEEN 1 AND 60),
  -- Null: our own.
  accent text CONSTRAINT merchant_settings_accent CHECK (accent ~ '^#[0-9a-f]{6}$'),
  support_email text CONSTRAINT merchant_settings_support_email CHECK (length(support_email) BETWEEN 3 AND 254),
  support_url text CONSTRAINT merchant_settings_support_url CHECK (support_url ~ '^https://' AND length(support_url) <= 500),
  -- What the shopper's card statement shows, in the merchant's word.
  statement_words text CONSTRAINT merchant_settings_statement_words CHECK (statement_words ~ '^[A-Za-z0-9 .&,/-]{5,22}$' AND statement_words ~ '[A-Za-z]'),
  -- A name of the IANA database. Null: the reader's own.
  time_zone text CONSTRAINT merchant_settings_time_zone CHECK (length(time_zone) BETWEEN 1 AND 60),
  logo_id uuid,
  -- Who has made this version (`Actor` of src/lib/actor.ts).
  actor text NOT NULL,
  address text,
  request_id text,
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  CONSTRAINT merchant_settings_pkey PRIMARY KEY (merchant_id, version),
  CONSTRAINT merchant_settings_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT merchant_settings_logo_fkey FOREIGN KEY (merchant_id, logo_id) REFERENCES merchant_logo (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
);

-- A version follows the one before, so that none can be put in ahead of a change that is being made.
CREATE FUNCTION settings_follow_one_another() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.version > 1 AND NOT EXISTS (SELECT FROM public.merchant_settings s WHERE s.merchant_id = NEW.merchant_id AND s.version = NEW.version - 1) THEN
    RAISE EXCEPTION 'a version of settings follows the one before' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION settings_follow_one_another() FROM PUBLIC;
CREATE TRIGGER settings_follow_one_another BEFORE INSERT ON merchant_settings FOR EACH ROW EXECUTE FUNCTION settings_follow_one_another();

-- Facts: nothing is changed or removed.
GRANT SELECT ON merchant_settings, merchant_logo TO payonce_app;
GRANT INSERT (merchant_id, version, display_name, accent, support_email, support_url, statement_words, time_zone, logo_id, actor, address, request_id) ON merchant_settings TO payonce_app;
GRANT INSERT (merchant_id, id, png, width, height) ON merchant_logo TO payonce_app;

-- Where a shop has its shoppers return to. New columns: a server of the version before works on, and shows no link back.
ALTER TABLE orders ADD COLUMN success_url text, ADD COLUMN cancel_url text;
-- Never an address that a browser runs, or that has a line break. What else is refused stands in src/checkout/return-url.ts.
ALTER TABLE orders ADD CONSTRAINT orders_return_addresses CHECK (
  (success_url IS NULL OR length(success_url) <= 2000 AND success_url ~ '^https?://[^[:cntrl:][:space:]]+$')
  AND (cancel_url IS NULL OR length(cancel_url) <= 2000 AND cancel_url ~ '^https?://[^[:cntrl:][:space:]]+$')) NOT VALID;
-- Given with the order, and never changed.
GRANT INSERT (success_url, cancel_url) ON orders TO payonce_app;

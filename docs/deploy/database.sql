-- The logins of a production database, once, by an administrator. psql reads the three passwords from the environment.
\getenv owner_password PAYONCE_OWNER_PASSWORD
\getenv app_password PAYONCE_APP_PASSWORD
\getenv bank_password PAYONCE_BANK_PASSWORD
-- Groups: they hold the rights.
CREATE ROLE payonce_app NOLOGIN;
CREATE ROLE payonce_bank NOLOGIN;
CREATE ROLE payonce_owner LOGIN PASSWORD :'owner_password' IN ROLE payonce_app, payonce_bank, pg_read_all_stats;
CREATE ROLE payonce_app_login LOGIN PASSWORD :'app_password' IN ROLE payonce_app;
-- The simulated bank inside the product; not where a bank outside charges.
CREATE ROLE payonce_bank_login LOGIN PASSWORD :'bank_password' IN ROLE payonce_bank;
CREATE DATABASE payonce OWNER payonce_owner;
REVOKE ALL ON DATABASE payonce FROM PUBLIC;
GRANT CONNECT ON DATABASE payonce TO payonce_app_login, payonce_bank_login;

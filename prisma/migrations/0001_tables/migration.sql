-- CreateTable
CREATE TABLE "merchant" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "mode" TEXT NOT NULL DEFAULT 'test',
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(),

    CONSTRAINT "merchant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "operator" (
    "id" TEXT NOT NULL,
    "merchant_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "email_verified" BOOLEAN NOT NULL DEFAULT false,
    "image" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(),
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(),

    CONSTRAINT "operator_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "operator_session" (
    "id" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "token" TEXT NOT NULL,
    "ip_address" TEXT,
    "user_agent" TEXT,
    "user_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(),
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(),

    CONSTRAINT "operator_session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "operator_credential" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "provider_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "access_token" TEXT,
    "refresh_token" TEXT,
    "id_token" TEXT,
    "access_token_expires_at" TIMESTAMPTZ(6),
    "refresh_token_expires_at" TIMESTAMPTZ(6),
    "scope" TEXT,
    "password" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(),
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(),

    CONSTRAINT "operator_credential_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "operator_verification" (
    "id" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(),
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(),

    CONSTRAINT "operator_verification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "orders" (
    "merchant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "reference" TEXT,
    "currency" CHAR(3) NOT NULL,
    "amount" BIGINT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "status" TEXT NOT NULL DEFAULT 'open',
    "customer_email" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(),
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(),

    CONSTRAINT "orders_pkey" PRIMARY KEY ("merchant_id","id")
);

-- CreateTable
CREATE TABLE "order_item" (
    "merchant_id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "position" SMALLINT NOT NULL,
    "name" TEXT NOT NULL,
    "quantity" INTEGER NOT NULL,
    "unit_amount" BIGINT NOT NULL,

    CONSTRAINT "order_item_pkey" PRIMARY KEY ("merchant_id","order_id","position")
);

-- CreateTable
CREATE TABLE "idempotency_record" (
    "merchant_id" UUID NOT NULL,
    "id" TEXT NOT NULL,
    "scope" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "fingerprint_version" SMALLINT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'claimed',
    "token" UUID NOT NULL,
    "fence" INTEGER NOT NULL DEFAULT 1,
    "lease_until" TIMESTAMPTZ(6) NOT NULL DEFAULT (now() + '00:00:30'::interval),
    "worker" TEXT NOT NULL,
    "subject_id" UUID,
    "status" SMALLINT,
    "problem" TEXT,
    "answer" TEXT,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(),
    "completed_at" TIMESTAMPTZ(6),
    "expires_at" TIMESTAMPTZ(6) NOT NULL DEFAULT (now() + '30 days'::interval),

    CONSTRAINT "idempotency_record_pkey" PRIMARY KEY ("merchant_id","id")
);

-- CreateTable
CREATE TABLE "attempt" (
    "merchant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "record_id" TEXT NOT NULL,
    "operation" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "presses" INTEGER NOT NULL DEFAULT 1,
    "status" SMALLINT NOT NULL,
    "problem" TEXT,
    "source" TEXT NOT NULL,
    "request_id" TEXT NOT NULL,
    "worker" TEXT NOT NULL,
    "fence" INTEGER,
    "at" TIMESTAMPTZ(6) NOT NULL,
    "duration_ms" INTEGER NOT NULL,

    CONSTRAINT "attempt_pkey" PRIMARY KEY ("merchant_id","id")
);

-- CreateTable
CREATE TABLE "account" (
    "merchant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(),

    CONSTRAINT "account_pkey" PRIMARY KEY ("merchant_id","id")
);

-- CreateTable
CREATE TABLE "ledger_transaction" (
    "merchant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "payment_id" UUID,
    "reverses" UUID,
    "description" TEXT NOT NULL,
    "posted_at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(),

    CONSTRAINT "ledger_transaction_pkey" PRIMARY KEY ("merchant_id","id")
);

-- CreateTable
CREATE TABLE "entry" (
    "merchant_id" UUID NOT NULL,
    "transaction_id" UUID NOT NULL,
    "position" SMALLINT NOT NULL,
    "account_id" UUID NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "amount" BIGINT NOT NULL,

    CONSTRAINT "entry_pkey" PRIMARY KEY ("merchant_id","transaction_id","position")
);

-- CreateTable
CREATE TABLE "outbox_event" (
    "merchant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "type" TEXT NOT NULL,
    "subject_id" UUID NOT NULL,
    "payload" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(),

    CONSTRAINT "outbox_event_pkey" PRIMARY KEY ("merchant_id","id")
);

-- CreateTable
CREATE TABLE "payment" (
    "merchant_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "record_id" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'sending',
    "amount" BIGINT NOT NULL,
    "currency" CHAR(3) NOT NULL,
    "method" TEXT NOT NULL,
    "gateway_key" TEXT NOT NULL,
    "gateway_ref" TEXT,
    "card_label" TEXT,
    "decline_code" TEXT,
    "fee" BIGINT,
    "receipt_token" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(),
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT now(),

    CONSTRAINT "payment_pkey" PRIMARY KEY ("merchant_id","id")
);

-- CreateIndex
CREATE UNIQUE INDEX "operator_email_key" ON "operator"("email");

-- CreateIndex
CREATE UNIQUE INDEX "operator_session_token_key" ON "operator_session"("token");

-- CreateIndex
CREATE INDEX "operator_session_user_id_idx" ON "operator_session"("user_id");

-- CreateIndex
CREATE INDEX "operator_credential_user_id_idx" ON "operator_credential"("user_id");

-- CreateIndex
CREATE INDEX "operator_verification_identifier_idx" ON "operator_verification"("identifier");

-- CreateIndex
CREATE UNIQUE INDEX "orders_id_key" ON "orders"("id");

-- CreateIndex
CREATE INDEX "idempotency_record_newest" ON "idempotency_record"("merchant_id", "created_at" DESC, "id");

-- CreateIndex
CREATE INDEX "idempotency_record_merchant_id_subject_id_idx" ON "idempotency_record"("merchant_id", "subject_id");

-- CreateIndex
CREATE INDEX "attempt_merchant_id_record_id_at_idx" ON "attempt"("merchant_id", "record_id", "at");

-- CreateIndex
CREATE INDEX "attempt_merchant_id_at_idx" ON "attempt"("merchant_id", "at");

-- CreateIndex
CREATE UNIQUE INDEX "account_merchant_id_code_currency_key" ON "account"("merchant_id", "code", "currency");

-- CreateIndex
CREATE UNIQUE INDEX "account_merchant_id_id_currency_key" ON "account"("merchant_id", "id", "currency");

-- CreateIndex
CREATE INDEX "ledger_transaction_merchant_id_payment_id_idx" ON "ledger_transaction"("merchant_id", "payment_id");

-- CreateIndex
CREATE UNIQUE INDEX "ledger_transaction_merchant_id_reverses_key" ON "ledger_transaction"("merchant_id", "reverses");

-- CreateIndex
CREATE INDEX "entry_merchant_id_account_id_transaction_id_position_idx" ON "entry"("merchant_id", "account_id", "transaction_id", "position");

-- CreateIndex
CREATE INDEX "outbox_event_merchant_id_subject_id_created_at_idx" ON "outbox_event"("merchant_id", "subject_id", "created_at");

-- CreateIndex
CREATE UNIQUE INDEX "payment_gateway_key_key" ON "payment"("gateway_key");

-- CreateIndex
CREATE UNIQUE INDEX "payment_gateway_ref_key" ON "payment"("gateway_ref");

-- CreateIndex
CREATE UNIQUE INDEX "payment_receipt_token_key" ON "payment"("receipt_token");

-- CreateIndex
CREATE INDEX "payment_newest" ON "payment"("merchant_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "payment_merchant_id_order_id_idx" ON "payment"("merchant_id", "order_id");

-- AddForeignKey
ALTER TABLE "operator" ADD CONSTRAINT "operator_merchant_id_fkey" FOREIGN KEY ("merchant_id") REFERENCES "merchant"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "operator_session" ADD CONSTRAINT "operator_session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "operator"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "operator_credential" ADD CONSTRAINT "operator_credential_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "operator"("id") ON DELETE CASCADE ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "orders" ADD CONSTRAINT "orders_merchant_id_fkey" FOREIGN KEY ("merchant_id") REFERENCES "merchant"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "order_item" ADD CONSTRAINT "order_item_merchant_id_order_id_fkey" FOREIGN KEY ("merchant_id", "order_id") REFERENCES "orders"("merchant_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "account" ADD CONSTRAINT "account_merchant_id_fkey" FOREIGN KEY ("merchant_id") REFERENCES "merchant"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ledger_transaction" ADD CONSTRAINT "ledger_transaction_merchant_id_fkey" FOREIGN KEY ("merchant_id") REFERENCES "merchant"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ledger_transaction" ADD CONSTRAINT "ledger_transaction_merchant_id_payment_id_fkey" FOREIGN KEY ("merchant_id", "payment_id") REFERENCES "payment"("merchant_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "ledger_transaction" ADD CONSTRAINT "ledger_transaction_merchant_id_reverses_fkey" FOREIGN KEY ("merchant_id", "reverses") REFERENCES "ledger_transaction"("merchant_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "entry" ADD CONSTRAINT "entry_merchant_id_transaction_id_fkey" FOREIGN KEY ("merchant_id", "transaction_id") REFERENCES "ledger_transaction"("merchant_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "entry" ADD CONSTRAINT "entry_merchant_id_account_id_currency_fkey" FOREIGN KEY ("merchant_id", "account_id", "currency") REFERENCES "account"("merchant_id", "id", "currency") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "outbox_event" ADD CONSTRAINT "outbox_event_merchant_id_fkey" FOREIGN KEY ("merchant_id") REFERENCES "merchant"("id") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "payment" ADD CONSTRAINT "payment_merchant_id_order_id_fkey" FOREIGN KEY ("merchant_id", "order_id") REFERENCES "orders"("merchant_id", "id") ON DELETE RESTRICT ON UPDATE RESTRICT;


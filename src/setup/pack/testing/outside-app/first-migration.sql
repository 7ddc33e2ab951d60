CREATE TABLE "Order" ("id" UUID NOT NULL, "amount" INTEGER NOT NULL, CONSTRAINT "Order_pkey" PRIMARY KEY ("id"));
CREATE TABLE "Payment" ("id" UUID NOT NULL, "amount" INTEGER NOT NULL, "status" TEXT NOT NULL, CONSTRAINT "Payment_pkey" PRIMARY KEY ("id"));

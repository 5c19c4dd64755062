-- What goes wrong with a webhook on purpose, and how far its own retries have come beside those by hand.
ALTER TABLE "Delivery" ADD COLUMN "faults" TEXT NOT NULL DEFAULT '[]';
ALTER TABLE "Delivery" ADD COLUMN "failures" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "Delivery" ADD COLUMN "manual" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "Delivery" ADD COLUMN "lastStatus" INTEGER;
CREATE INDEX "Delivery_state_idx" ON "Delivery"("state");

-- How often a key asked at the provider's door while faults were drawn there.
CREATE TABLE "ProviderDoor" (
    "key" TEXT NOT NULL PRIMARY KEY,
    "attempts" INTEGER NOT NULL,
    "at" DATETIME NOT NULL
);

-- Webhooks that were refused. Nothing in here is believed.
CREATE TABLE "Rejection" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "at" DATETIME NOT NULL,
    "reason" TEXT NOT NULL,
    "webhookId" TEXT
);
CREATE INDEX "Rejection_at_idx" ON "Rejection"("at");

-- What was answered under an Idempotency-Key, to be repeated byte for byte.
CREATE TABLE "IdempotentAnswer" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "bodyHash" TEXT NOT NULL,
    "answer" TEXT NOT NULL,
    "at" DATETIME NOT NULL
);
CREATE INDEX "IdempotentAnswer_at_idx" ON "IdempotentAnswer"("at");

-- Which deliveries are under way, for the limit by address.
CREATE INDEX "Delivery_leasedUntil_idx" ON "Delivery"("leasedUntil");

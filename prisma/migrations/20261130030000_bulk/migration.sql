-- Deliveries that were sent again together wait behind live ones.
ALTER TABLE "Delivery" ADD COLUMN "bulk" BOOLEAN NOT NULL DEFAULT false;
DROP INDEX "Delivery_waiting_idx";
CREATE INDEX "Delivery_waiting_idx" ON "Delivery"("origin", "bulk", "dueAt") WHERE "dueAt" IS NOT NULL;

-- The deliveries of one state in the order of their list, read without sorting them all.
DROP INDEX "Delivery_state_idx";
CREATE INDEX "Delivery_state_providerId_sequence_idx" ON "Delivery"("state", "providerId", "sequence");

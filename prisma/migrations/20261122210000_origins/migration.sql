-- Where a webhook goes: scheme, host and port, so that many paths of one receiver count as one. null: this server.
ALTER TABLE "Delivery" ADD COLUMN "origin" TEXT;
UPDATE "Delivery" SET "origin" = substr("url", 1, instr("url", '://') + 1 + instr(substr("url", instr("url", '://') + 3) || '/', '/')) WHERE "url" IS NOT NULL;
UPDATE "Delivery" SET "origin" = substr("origin", 1, instr("origin", '?') - 1) WHERE instr("origin", '?') > 0;
UPDATE "Delivery" SET "origin" = substr("origin", 1, instr("origin", '#') - 1) WHERE instr("origin", '#') > 0;
UPDATE "Delivery" SET "origin" = lower("origin") WHERE "origin" IS NOT NULL;
UPDATE "Delivery" SET "origin" = substr("origin", 1, length("origin") - 3) WHERE "origin" LIKE 'http://%:80';
UPDATE "Delivery" SET "origin" = substr("origin", 1, length("origin") - 4) WHERE "origin" LIKE 'https://%:443';

-- What waits, by receiver: it holds nothing of what was, so it stays small however long the history grows.
CREATE INDEX "Delivery_waiting_idx" ON "Delivery"("origin", "dueAt") WHERE "dueAt" IS NOT NULL;
DROP INDEX "Delivery_dueAt_idx";

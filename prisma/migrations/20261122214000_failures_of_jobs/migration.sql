-- How far a job's retries have come, apart from how often it was claimed; whether the provider may have been asked; and
-- when it was given up.
ALTER TABLE "Job" ADD COLUMN "failures" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "Job" ADD COLUMN "asked" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "Job" ADD COLUMN "deadAt" DATETIME;
UPDATE "Job" SET "asked" = true WHERE "attempts" > 0;

-- The next due row of each kind, past all that is dead.
DROP INDEX "Job_dueAt_idx";
CREATE INDEX "Job_kind_deadAt_dueAt_idx" ON "Job"("kind", "deadAt", "dueAt");

-- Filters by index, counters that are kept, and a search over the whole history.
CREATE INDEX "Call_workflow_idx" ON "Call"("workflow");
CREATE INDEX "Call_outcome_idx" ON "Call"("outcome") WHERE "outcome" IS NOT NULL;
CREATE INDEX "Call_run_idx" ON "Call"("run") WHERE "run" IS NOT NULL;

-- run '' is the whole history, outcome '' is none yet.
CREATE TABLE "Tally" (
    "run" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "workflow" TEXT NOT NULL,
    "outcome" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    PRIMARY KEY ("run", "status", "workflow", "outcome")
) WITHOUT ROWID;

CREATE TABLE "Minute" (
    "at" DATETIME NOT NULL,
    "what" TEXT NOT NULL,
    "bucket" INTEGER NOT NULL,
    "count" INTEGER NOT NULL,
    PRIMARY KEY ("at", "what", "bucket")
) WITHOUT ROWID;

INSERT INTO "Tally" SELECT '', "status", "workflow", coalesce("outcome", ''), count(*) FROM "Call" GROUP BY 2, 3, 4;
INSERT INTO "Tally" SELECT "run", "status", "workflow", coalesce("outcome", ''), count(*) FROM "Call" WHERE "run" IS NOT NULL GROUP BY 1, 2, 3, 4;
-- The last hours; how long these calls took is told from now on.
INSERT INTO "Minute" SELECT "createdAt" / 60000 * 60000, 'created', 0, count(*) FROM "Call" WHERE "createdAt" > (SELECT max("lastAt") FROM "Feed") - 7200000 GROUP BY 1;
INSERT INTO "Minute" SELECT "endedAt" / 60000 * 60000, "status", 0, count(*) FROM "Call" WHERE "endedAt" > (SELECT max("lastAt") FROM "Feed") - 7200000 GROUP BY 1, 2;

-- Filled behind the writer, up to "indexedTo" (src/server/calls/search-index.ts).
CREATE VIRTUAL TABLE "CallSearch" USING fts5("text", content='', contentless_delete=1, detail='none', tokenize='trigram case_sensitive 1');
INSERT INTO "CallSearch"("CallSearch", "rank") VALUES ('automerge', 0);
INSERT INTO "CallSearch"("CallSearch", "rank") VALUES ('crisismerge', 1000);
ALTER TABLE "Feed" ADD COLUMN "indexedTo" INTEGER NOT NULL DEFAULT 0;

-- What was cleared and is not removed yet: the calls of the run before that seq; run '' is the whole history.
CREATE TABLE "Clearing" (
    "run" TEXT NOT NULL PRIMARY KEY,
    "seq" INTEGER NOT NULL
) WITHOUT ROWID;

-- What happened in a minute to the calls of a run: so it is taken out of "Minute" without reading them.
CREATE TABLE "RunMinute" (
    "run" TEXT NOT NULL,
    "at" DATETIME NOT NULL,
    "what" TEXT NOT NULL,
    "bucket" INTEGER NOT NULL,
    "count" INTEGER NOT NULL,
    PRIMARY KEY ("run", "at", "what", "bucket")
) WITHOUT ROWID;
-- How long the calls of a run took is told from now on.
INSERT INTO "RunMinute" SELECT "run", "createdAt" / 60000 * 60000, 'created', 0, count(*) FROM "Call" WHERE "run" IS NOT NULL AND "createdAt" >= (SELECT min("at") FROM "Minute") GROUP BY 1, 2;
INSERT INTO "RunMinute" SELECT "run", "endedAt" / 60000 * 60000, "status", 0, count(*) FROM "Call" WHERE "run" IS NOT NULL AND "endedAt" >= (SELECT min("at") FROM "Minute") GROUP BY 1, 2, 3;

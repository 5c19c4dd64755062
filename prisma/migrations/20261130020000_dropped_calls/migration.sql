-- A call that was answered and failed is `dropped`, and every answered call keeps its talk (docs/spec.md, M5, M6, M8).
-- The counters first, while the calls still have their old outcome. Calls that a clear covers are in no counter.
UPDATE "Tally" SET "count" = "Tally"."count" - moved."count" FROM (
    SELECT '' AS "run", "workflow", "outcome", count(*) AS "count" FROM "Call" c
        WHERE "outcome" IN ('busy', 'no-answer', 'failed') AND "answeredAt" IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM "Clearing" x WHERE x."run" IN ('', c."run") AND x."seq" > c."n") GROUP BY 2, 3
    UNION ALL SELECT "run", "workflow", "outcome", count(*) FROM "Call" c
        WHERE "outcome" IN ('busy', 'no-answer', 'failed') AND "answeredAt" IS NOT NULL AND "run" IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM "Clearing" x WHERE x."run" IN ('', c."run") AND x."seq" > c."n") GROUP BY 1, 2, 3
) AS moved WHERE "Tally"."run" = moved."run" AND "Tally"."status" = 'FAILED'
    AND "Tally"."workflow" = moved."workflow" AND "Tally"."outcome" = moved."outcome";

UPDATE "Call" SET "outcome" = 'dropped', "durationMs" = coalesce("durationMs", max(0, "endedAt" - "answeredAt"))
    WHERE "outcome" IN ('busy', 'no-answer', 'failed') AND "answeredAt" IS NOT NULL;
UPDATE "Call" SET "durationMs" = max(0, "endedAt" - "answeredAt")
    WHERE "outcome" IN ('canceled', 'no-report', 'manual') AND "answeredAt" IS NOT NULL AND "durationMs" IS NULL;

INSERT INTO "Tally" ("run", "status", "workflow", "outcome", "count")
    SELECT '', 'FAILED', "workflow", 'dropped', count(*) FROM "Call" c WHERE "outcome" = 'dropped'
        AND NOT EXISTS (SELECT 1 FROM "Clearing" x WHERE x."run" IN ('', c."run") AND x."seq" > c."n") GROUP BY 3
    UNION ALL SELECT "run", 'FAILED', "workflow", 'dropped', count(*) FROM "Call" c WHERE "outcome" = 'dropped' AND "run" IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM "Clearing" x WHERE x."run" IN ('', c."run") AND x."seq" > c."n") GROUP BY 1, 3;

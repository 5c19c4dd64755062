-- The ordinal that the next call of a number and workflow takes, at its first knock or, without one, when it is accepted.
CREATE TABLE "ProviderDice" (
    "phoneNumber" TEXT NOT NULL,
    "workflow" TEXT NOT NULL,
    "next" INTEGER NOT NULL,
    PRIMARY KEY ("phoneNumber", "workflow")
);
INSERT INTO "ProviderDice" ("phoneNumber", "workflow", "next")
SELECT "phoneNumber", "workflow", count(*) FROM "ProviderCall" GROUP BY "phoneNumber", "workflow";

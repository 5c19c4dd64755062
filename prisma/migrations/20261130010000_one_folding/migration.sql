-- Names are folded otherwise now (src/contract/search.ts): the index is filled again, behind the writer, which folds each
-- stored name by the new rule as it comes to it.
INSERT INTO "CallSearch"("CallSearch") VALUES ('delete-all');
UPDATE "Feed" SET "indexedTo" = 0;

-- Each digit is written by itself now (src/server/calls/search-index.ts). The index is emptied, and the indexer fills it
-- again behind the writer.
INSERT INTO "CallSearch"("CallSearch") VALUES ('delete-all');
UPDATE "Feed" SET "indexedTo" = 0;

-- Entries are written otherwise now (src/server/calls/search-index.ts): the index is filled anew, behind the writer.
INSERT INTO "CallSearch"("CallSearch") VALUES ('delete-all');
UPDATE "Feed" SET "indexedTo" = 0;

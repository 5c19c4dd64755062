-- A session is bound to the token that opened it. Which token opened the earlier ones is unknown, so they end.
DROP TABLE "Session";
CREATE TABLE "Session" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "tokenHash" TEXT NOT NULL,
    "expiresAt" DATETIME NOT NULL
);

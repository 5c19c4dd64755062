-- One row; the epoch is made with the database.
CREATE TABLE "Feed" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "epoch" TEXT NOT NULL,
    "lastSeq" INTEGER NOT NULL,
    "lastChange" INTEGER NOT NULL,
    "lastAt" DATETIME NOT NULL,
    "prunedSeq" INTEGER NOT NULL
);
INSERT INTO "Feed" ("id", "epoch", "lastSeq", "lastChange", "lastAt", "prunedSeq")
VALUES (1, lower(hex(randomblob(8))), 0, 0, 0, 0);

CREATE TABLE "Call" (
    "n" INTEGER NOT NULL PRIMARY KEY,
    "id" TEXT NOT NULL,
    "customerName" TEXT NOT NULL,
    "phoneNumber" TEXT NOT NULL,
    "folded" TEXT NOT NULL,
    "workflow" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "phase" TEXT NOT NULL,
    "outcome" TEXT,
    "run" TEXT,
    "scenario" TEXT,
    "scheduledAt" DATETIME,
    "providerId" TEXT,
    "createdAt" DATETIME NOT NULL,
    "updatedAt" DATETIME NOT NULL,
    "startedAt" DATETIME,
    "ringingAt" DATETIME,
    "answeredAt" DATETIME,
    "endedAt" DATETIME,
    "durationMs" INTEGER,
    "faults" INTEGER NOT NULL,
    "seq" INTEGER NOT NULL
);
CREATE UNIQUE INDEX "Call_id_key" ON "Call"("id");
CREATE INDEX "Call_seq_idx" ON "Call"("seq");
CREATE INDEX "Call_createdAt_idx" ON "Call"("createdAt");
CREATE INDEX "Call_status_idx" ON "Call"("status");

CREATE TABLE "Event" (
    "seq" INTEGER NOT NULL PRIMARY KEY,
    "callId" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "at" DATETIME NOT NULL,
    "data" TEXT NOT NULL
);
CREATE INDEX "Event_callId_idx" ON "Event"("callId");

CREATE TABLE "Tombstone" (
    "seq" INTEGER NOT NULL PRIMARY KEY,
    "kind" TEXT NOT NULL,
    "callId" TEXT,
    "run" TEXT
);

CREATE TABLE "Receipt" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "at" DATETIME NOT NULL
);
CREATE INDEX "Receipt_at_idx" ON "Receipt"("at");

CREATE TABLE "Job" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "kind" TEXT NOT NULL,
    "callId" TEXT NOT NULL,
    "payload" TEXT NOT NULL,
    "dueAt" DATETIME NOT NULL,
    "attempts" INTEGER NOT NULL,
    "lease" TEXT,
    "leasedUntil" DATETIME,
    "lastError" TEXT
);
CREATE INDEX "Job_dueAt_idx" ON "Job"("dueAt");
CREATE INDEX "Job_callId_idx" ON "Job"("callId");

CREATE TABLE "Kept" (
    "name" TEXT NOT NULL PRIMARY KEY,
    "value" TEXT NOT NULL
);

CREATE TABLE "Session" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "expiresAt" DATETIME NOT NULL
);

CREATE TABLE "ProviderCall" (
    "providerId" TEXT NOT NULL PRIMARY KEY,
    "key" TEXT,
    "callId" TEXT NOT NULL,
    "phoneNumber" TEXT NOT NULL,
    "workflow" TEXT NOT NULL,
    "scenario" TEXT,
    "callbackUrl" TEXT,
    "state" TEXT NOT NULL,
    "plan" TEXT NOT NULL,
    "requestHash" TEXT NOT NULL,
    "answer" TEXT NOT NULL,
    "acceptedAt" DATETIME NOT NULL,
    "endsAt" DATETIME NOT NULL
);
CREATE UNIQUE INDEX "ProviderCall_key_key" ON "ProviderCall"("key");
CREATE INDEX "ProviderCall_phoneNumber_workflow_idx" ON "ProviderCall"("phoneNumber", "workflow");
CREATE INDEX "ProviderCall_callId_idx" ON "ProviderCall"("callId");

CREATE TABLE "Delivery" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "providerId" TEXT NOT NULL,
    "callId" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "type" TEXT NOT NULL,
    "url" TEXT,
    "body" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "dueAt" DATETIME,
    "attempts" INTEGER NOT NULL,
    "lease" TEXT,
    "leasedUntil" DATETIME,
    "createdAt" DATETIME NOT NULL
);
CREATE INDEX "Delivery_dueAt_idx" ON "Delivery"("dueAt");
CREATE INDEX "Delivery_callId_idx" ON "Delivery"("callId");
CREATE INDEX "Delivery_providerId_idx" ON "Delivery"("providerId");

CREATE TABLE "Attempt" (
    "deliveryId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "at" DATETIME NOT NULL,
    "durationMs" INTEGER NOT NULL,
    "manual" BOOLEAN NOT NULL,
    "request" TEXT NOT NULL,
    "response" TEXT,
    "error" TEXT,

    PRIMARY KEY ("deliveryId", "number")
);

CREATE TABLE "ProviderSettings" (
    "id" INTEGER NOT NULL PRIMARY KEY,
    "value" TEXT NOT NULL
);

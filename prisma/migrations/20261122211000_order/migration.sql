-- When a worker last took it: for a second from then on, those behind it in its call let it go first.
ALTER TABLE "Delivery" ADD COLUMN "claimedAt" DATETIME;

-- How many earlier calls the key's number and workflow had when it first knocked: its dice stay its own from then on.
ALTER TABLE "ProviderDoor" ADD COLUMN "earlier" INTEGER NOT NULL DEFAULT 0;

import { expect, it } from 'vitest';
import { createForgetting } from '#provider/forgetting.ts';
import { migratedDatabase } from '#tests/support/database.ts';
import { deleteOrphans } from './leftovers.ts';

const DAY_MS = 86_400_000;
const RECORDS = `WITH RECURSIVE "made"("n") AS (SELECT 1 UNION ALL SELECT "n" + 1 FROM "made" WHERE "n" < 1000)
	INSERT INTO "ProviderCall" ("providerId", "key", "callId", "phoneNumber", "workflow", "state", "plan", "requestHash", "answer", "acceptedAt", "endsAt")
	SELECT printf('sim_%04d', "n"), 'call ' || "n", iif("n" % 4 = 0, 'theirs', 'call ' || "n"), '+12025550100', 'SALES', 'active', '[]', '', '', "n", 0 FROM "made"`;

it('[RT13] [RT15] each of many records is deleted by its own limit', async () => {
	const database = await migratedDatabase();
	await database.all(RECORDS);
	const provider = createForgetting(database, () => 10 * DAY_MS);
	const deps = { database, provider, size: 100, waitForCalm: () => Promise.resolve(true), mayContinue: () => true };
	const left = async (): Promise<unknown> =>
		(
			await database.all(
				`SELECT coalesce(sum("key" = "callId"), 0) AS "own", coalesce(sum("key" <> "callId"), 0) AS "foreign" FROM "ProviderCall"`,
			)
		)[0];
	await deleteOrphans(deps, DAY_MS, -Infinity);
	expect(await left()).toEqual({ own: 750, foreign: 250 });
	await deleteOrphans(deps, DAY_MS + 501, -Infinity);
	expect(await left()).toEqual({ own: 375, foreign: 250 });
	await deleteOrphans(deps, 5 * DAY_MS, 801);
	expect(await left()).toEqual({ own: 0, foreign: 50 });
});

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '#tests/support/app.ts';
import { openTestDatabase } from '#tests/support/database.ts';

it('[DB19] what is committed is moved into the file by another thread, and the log begins anew', async () => {
	const path = join(await temporaryFolder(), 'audena.db');
	const database = await openTestDatabase(`file:${path}`);
	await database.all('CREATE TABLE "T" ("a" TEXT)');
	const text = 'x'.repeat(3_000);
	const before = statSync(path).size;
	for (let i = 0; i < 300; i++) await database.all('INSERT INTO "T" VALUES (?)', text);
	// The file grows while nobody has asked for a checkpoint here.
	await expect.poll(() => statSync(path).size, { timeout: 10_000 }).toBeGreaterThan(before + 200 * 3_000);
	expect(await database.all('SELECT count(*) AS "count" FROM "T"')).toEqual([{ count: 300 }]);
});

import Sqlite from 'libsql';
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '#tests/support/app.ts';
import { makeShrinkable } from './shrinkable.ts';

const onBegin = (): void => undefined;

/** A file as it was made before, with so many megabytes. */
async function fileOf(megabytes: number): Promise<string> {
	const path = join(await temporaryFolder(), 'a file of "mine", it\'s old.db');
	const sqlite = new Sqlite(path);
	sqlite.prepare('PRAGMA journal_mode = WAL').all();
	sqlite.exec('CREATE TABLE "T" ("t" BLOB)');
	sqlite.exec(`WITH RECURSIVE "made"("n") AS (SELECT 1 UNION ALL SELECT "n" + 1 FROM "made" WHERE "n" < ${megabytes * 10})
		INSERT INTO "T" SELECT randomblob(100000) FROM "made"`);
	sqlite.prepare('PRAGMA wal_checkpoint(TRUNCATE)').all();
	sqlite.close();
	return path;
}

function stateOf(path: string): unknown {
	const sqlite = new Sqlite(path);
	try {
		const [{ mode }] = sqlite.prepare('SELECT "auto_vacuum" AS "mode" FROM pragma_auto_vacuum').all() as [
			{ mode: number },
		];
		const [{ rows }] = sqlite.prepare('SELECT count(*) AS "rows" FROM "T"').all() as [{ rows: number }];
		return { mode, rows };
	} finally {
		sqlite.close();
	}
}

it('[RT9] a file from before is written anew in little memory, once, and leaves nothing beside it', async () => {
	const path = await fileOf(100);
	const before = process.resourceUsage().maxRSS;
	expect(makeShrinkable(path, { onBegin })).toBe(true);
	expect(process.resourceUsage().maxRSS - before).toBeLessThan(30_000); // kB
	expect(stateOf(path)).toEqual({ mode: 2, rows: 1_000 });
	expect(makeShrinkable(path, { onBegin })).toBe(false);
	expect(readdirSync(dirname(path)).filter((name) => !name.startsWith(basename(path)))).toEqual([]);
});

it('[RT9] without twice its room on the disk it stays as it is, and says what is missing', async () => {
	const path = await fileOf(2);
	let began = 0;
	const make = (left: number) => () => makeShrinkable(path, { onBegin: () => began++, free: () => left });
	expect(make(4_000_000)).toThrow('This takes 5 MB of the disk, which has 4 MB left.');
	expect([stateOf(path), began]).toEqual([{ mode: 0, rows: 20 }, 0]);
	expect(make(4_500_000)()).toBe(true);
});

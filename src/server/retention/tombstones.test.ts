import { expect, it } from 'vitest';
import { writeCursor } from '#contract/cursor.ts';
import type { Database } from '#db/database.ts';
import { migratedDatabase } from '#tests/support/database.ts';
import { syncFrom } from '../feed/delta.ts';
import { pruneTombstones } from './tombstones.ts';

const FILL = `WITH RECURSIVE "made"("seq") AS (SELECT 1 UNION ALL SELECT "seq" + 1 FROM "made" WHERE "seq" < ?)
	INSERT INTO "Tombstone" ("seq", "kind", "callId") SELECT "seq", 'deleted', 'c' || "seq" FROM "made"`;

async function withTombstones(count: number): Promise<{ database: Database; mode(seq: number): Promise<string> }> {
	const database = await migratedDatabase();
	await database.all(FILL, count);
	await database.all('UPDATE "Feed" SET "lastSeq" = ?1, "lastChange" = ?1', count);
	const [feed] = await database.all('SELECT "epoch" FROM "Feed"');
	const mode = async (seq: number): Promise<string> =>
		(await syncFrom(writeCursor({ epoch: String(feed?.epoch), seq }), database)).mode;
	return { database, mode };
}
const onAndOn = (): Promise<boolean> => Promise.resolve(true);
const stateOf = async (database: Database): Promise<unknown> =>
	(
		await database.all(
			'SELECT count(*) AS "count", min("seq") AS "first", (SELECT "prunedSeq" FROM "Feed") AS "pruned" FROM "Tombstone"',
		)
	)[0];

it('[RT7] the newest 100,000 tombstones stay, and an older cursor gets a reset', async () => {
	const { database, mode } = await withTombstones(101_234);
	await pruneTombstones(database, onAndOn);
	expect(await stateOf(database)).toEqual({ count: 100_000, first: 1_235, pruned: 1_234 });
	// A delta from these cursors would exceed its maximum size. Delete newer tombstones so that only `prunedSeq`
	// decides.
	await database.all('DELETE FROM "Tombstone" WHERE "seq" > 1300');
	expect([await mode(1_233), await mode(1_234), await mode(1_235)]).toEqual(['reset', 'delta', 'delta']);
	await pruneTombstones(database, onAndOn);
	expect(await stateOf(database)).toMatchObject({ pruned: 1_234 });
});

it('[RT7] fewer tombstones stay, and a stop between two steps records what was deleted', async () => {
	const { database } = await withTombstones(100_000);
	await pruneTombstones(database, onAndOn);
	expect(await stateOf(database)).toEqual({ count: 100_000, first: 1, pruned: 0 });
	await database.all(FILL.replace('SELECT 1 UNION', 'SELECT 100001 UNION'), 103_000);
	await pruneTombstones(database, () => Promise.resolve(false));
	expect(await stateOf(database)).toEqual({ count: 102_500, first: 501, pruned: 500 });
});

it('[RT7] the event loop runs other work between two steps of the count', async () => {
	const { database } = await withTombstones(99_999);
	let [turns, isOver] = [0, false];
	const turn = (): void => {
		turns++;
		if (!isOver) setImmediate(turn);
	};
	setImmediate(turn);
	await pruneTombstones(database, onAndOn);
	isOver = true;
	expect(turns).toBeGreaterThanOrEqual(9);
});

import { describe, expect, it } from 'vitest';
import { openTestDatabase } from '#tests/support/database.ts';
import { GroupCommit } from './group-commit.ts';

/** Creates a table that accepts each positive number once. `commits` lists the groups that were attempted. */
async function startTable() {
	const database = await openTestDatabase();
	await database.all('CREATE TABLE "T" ("value" INTEGER NOT NULL PRIMARY KEY CHECK ("value" > 0))');
	const commits: number[][] = [];
	const group = new GroupCommit<number, string>(
		(items) =>
			database.transact([], () => {
				commits.push([...items]);
				return {
					result: items.map((item) => `wrote ${item}`),
					statements: items.map((item) => ['INSERT INTO "T" VALUES (?)', item] as const),
				};
			}),
		{ most: 256 },
	);
	const written = async (): Promise<number[]> =>
		(await database.all<{ value: number }>('SELECT "value" FROM "T" ORDER BY rowid')).map(({ value }) => value);
	return { group, commits, written, database };
}

describe('group commit', () => {
	it('[G1] items that arrive together are one transaction, in order, and each caller gets its own result', async () => {
		const { group, commits, written } = await startTable();
		expect(await Promise.all([3, 1, 2].map((n) => group.add(n)))).toEqual(['wrote 3', 'wrote 1', 'wrote 2']);
		expect(commits).toEqual([[3, 1, 2]]);
		expect(await written()).toEqual([1, 2, 3]);
	});

	it('[G2] items that arrive during a commit form the next group', async () => {
		const { group, commits } = await startTable();
		await Promise.all([group.add(1).then(() => group.add(3)), group.add(2).then(() => group.add(4))]);
		expect(commits).toEqual([
			[1, 2],
			[3, 4],
		]);
	});

	it('[G3] one bad item is refused alone, by halving its group', async () => {
		const { group, written, commits } = await startTable();
		const items = [1, 2, 3, 4, 5, -6, 7, 8];
		const results = await Promise.allSettled(items.map((n) => group.add(n)));
		expect(results.map(({ status }) => status)).toEqual(items.map((n) => (n > 0 ? 'fulfilled' : 'rejected')));
		expect(await written()).toEqual([1, 2, 3, 4, 5, 7, 8]);
		expect(commits).toEqual([items, [1, 2, 3, 4], [5, -6, 7, 8], [5, -6], [5], [-6], [7, 8]]);
		await expect(group.add(9)).resolves.toBe('wrote 9');
	});

	it('[G4] several bad items are refused, also two that are bad only together', async () => {
		const { group, written } = await startTable();
		const results = await Promise.allSettled([-1, 2, 2, -3, 4].map((n) => group.add(n)));
		expect(results.map(({ status }) => status === 'fulfilled')).toEqual([false, true, false, false, true]);
		expect(await written()).toEqual([2, 4]);
	});

	it('[G5] a failure of the whole database rejects every item of the group', async () => {
		const { group, database, commits } = await startTable();
		database.close();
		const results = await Promise.allSettled([1, 2, 3].map((n) => group.add(n)));
		expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
		expect(commits).toEqual([]);
	});

	it('[G6] a group takes at most 256 items, and the event loop turns between two groups', async () => {
		const { group, commits } = await startTable();
		let turns = 0;
		let counting = true;
		const count = (): void => {
			turns++;
			if (counting) setImmediate(count);
		};
		setImmediate(count);
		await Promise.all(Array.from({ length: 600 }, (_, i) => group.add(i + 1)));
		counting = false;
		expect(commits.map(({ length }) => length)).toEqual([256, 256, 88]);
		expect(turns).toBeGreaterThanOrEqual(3);
	});

	it('[G6] an item counts by its weight, and an item above the limit commits alone', async () => {
		const groups: number[][] = [];
		const commit = (items: readonly number[]): Promise<readonly number[]> => {
			groups.push([...items]);
			return Promise.resolve(items);
		};
		const group = new GroupCommit<number, number>(commit, { most: 256, weigh: (weight) => weight });
		expect(await Promise.all([200, 56, 1, 1_000, 255, 1, 1].map((n) => group.add(n)))).toHaveLength(7);
		expect(groups).toEqual([[200, 56], [1], [1_000], [255, 1], [1]]);
	});

	it('[G7] settled resolves when no item waits', async () => {
		const { group, written } = await startTable();
		await group.settled();
		const added = [1, 2].map((n) => group.add(n));
		await group.settled();
		expect(await written()).toEqual([1, 2]);
		await Promise.all(added);
	});
});

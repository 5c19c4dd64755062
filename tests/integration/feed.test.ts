import { describe, expect, it } from 'vitest';
import { DELTA_MAX, type Call, type Change } from '#contract';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { openTestDatabase } from '#tests/support/database.ts';
import { openFollowingTab, openTab, type Tab } from '#tests/support/tab.ts';
import { FAR_FUTURE } from '#tests/support/trace.ts';

/** Returns the calls that a client shows after it has applied its first sync and all frames in order. */
function boardOf({ syncs, frames }: Tab): Call[] {
	const board = new Map<string, Call>();
	const apply = (change: Change): void => {
		if ('call' in change) board.set(change.call.id, change.call);
		else if (change.type === 'deleted') board.delete(change.id);
		else for (const { id, run } of [...board.values()]) if (change.run === null || change.run === run) board.delete(id);
	};
	syncs.slice(0, 1).forEach(({ changes }) => changes.forEach(apply));
	frames.forEach(({ changes }) => changes.forEach(apply));
	return [...board.values()].toSorted((a, b) => b.id.localeCompare(a.id));
}

describe('the feed', () => {
	it('[F11] sends a client that connects while calls change its sync first, and then every change once', async () => {
		const app = await startApp();
		const { cursor } = await app.list();
		const tabs: Tab[] = [];
		const calls: Promise<Call>[] = [];
		for (let i = 0; i < 36; i++) {
			calls.push(app.create({ run: i % 2 === 0 ? 'even' : 'odd' }));
			if (i % 6 === 0) tabs.push(openTab(app, { cursor }));
			await new Promise(setImmediate);
		}
		const made = await Promise.all(calls);
		await app.api('DELETE', `/api/calls/${made[3]!.id}`);
		await app.api('DELETE', '/api/calls?run=even');
		const last = await app.create({ scheduledAt: FAR_FUTURE });
		const follower = tabs[0]!;
		for (const { id, run } of made) if (run === 'odd' && id !== made[3]!.id) await follower.ended(id);
		const end = await app.list('?limit=200');

		for (const tab of tabs) {
			const at = (): string => tab.frames.at(-1)?.cursor ?? tab.syncs[0]!.cursor;
			await tab.until(() => tab.syncs.length > 0 && at() === end.cursor);
			expect(tab.syncs).toHaveLength(1);
			expect(tab.syncs[0]!.mode).toBe('delta');
			let previous = tab.syncs[0]!.cursor;
			for (const frame of tab.frames) {
				expect(frame.previous).toBe(previous);
				previous = frame.cursor;
			}
			expect(boardOf(tab)).toEqual(end.calls.toSorted((a, b) => b.id.localeCompare(a.id)));
		}
		expect(end.calls.map(({ id }) => id)).toContain(last.id);
	});

	/**
	 * Adds `count` tombstones to the database of a stopped app, and sets the watermark of pruned ones to `pruned`.
	 */
	async function age(app: TestApp, count: number, pruned: number): Promise<void> {
		const database = await openTestDatabase(app.env.DATABASE_URL);
		const numbers = JSON.stringify(Array.from({ length: count }, (_, i) => i + 1));
		await database.transact([], () => ({
			result: undefined,
			statements: [
				[
					`INSERT INTO "Tombstone" ("seq", "kind", "callId") SELECT value + (SELECT "lastSeq" FROM "Feed"), 'deleted', 'gone-' || value FROM json_each(?)`,
					numbers,
				],
				[
					`UPDATE "Feed" SET "lastSeq" = "lastSeq" + ?1, "lastChange" = "lastSeq" + ?1, "prunedSeq" = ?2`,
					count,
					pruned,
				],
			],
		}));
		database.close();
	}

	it('[F12] sends a reset instead of an incomplete delta: past 5,000 changes, or behind a pruned tombstone', async () => {
		const app = await startApp();
		const first = await app.create({ scheduledAt: FAR_FUTURE });
		const { cursor } = await app.list();
		await app.create({ scheduledAt: FAR_FUTURE });
		await app.close();
		await age(app, DELTA_MAX - 1, first.seq);

		const restarted = await startApp(app.env);
		const full = await openFollowingTab(restarted, { cursor });
		expect(full.syncs[0]!.mode).toBe('delta');
		expect(full.syncs[0]!.changes).toHaveLength(DELTA_MAX);
		const behind = await openFollowingTab(restarted, { cursor: cursor.replace(/\d+$/, String(first.seq - 1)) });
		expect(behind.syncs[0]).toMatchObject({ mode: 'reset', changes: [] });

		await restarted.create({ scheduledAt: FAR_FUTURE });
		const past = await openFollowingTab(restarted, { cursor });
		expect(past.syncs[0]).toMatchObject({ mode: 'reset', changes: [], cursor: (await restarted.list()).cursor });
	});

	it('[F13] sends a reset or nothing for a malformed message, and other clients are not affected', async () => {
		const app = await startApp();
		const { id } = await app.create({ scheduledAt: FAR_FUTURE });
		const odd = openTab(app, { cursor: 'x'.repeat(10_000) });
		await odd.until(() => odd.syncs.length > 0);
		expect(odd.syncs[0]!.mode).toBe('reset');
		const tab = await openFollowingTab(app);
		const emit = tab.socket.emitWithAck.bind(tab.socket) as (event: string, what: unknown) => Promise<{ mode: string }>;
		for (const where of [null, 7, 'text', [], {}, { cursor: 7 }, { cursor: {} }, { cursor: null }, { cursor: '-1' }])
			expect(await emit('sync', where)).toMatchObject({ mode: 'reset' });
		const emitRaw = tab.socket.emit.bind(tab.socket) as unknown as (event: string, ...what: unknown[]) => void;
		emitRaw('sync');
		emitRaw('sync', 'no answer wanted');
		emitRaw('nothing-that-exists', { a: 1 });
		emitRaw('changes', { previous: 'x', cursor: 'y', changes: [] });
		const next = await app.create({ scheduledAt: FAR_FUTURE });
		await tab.until(() => tab.changes().some((change) => 'call' in change && change.call.id === next.id));
		expect((await app.list()).calls.map((call) => call.id)).toEqual([next.id, id]);
	});
});

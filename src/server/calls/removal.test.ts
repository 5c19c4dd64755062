import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Call, CallQuery } from '#contract';
import { writeCursor } from '#contract/cursor.ts';
import type { Database } from '#db/database.ts';
import { prismaOver } from '#db/prisma.ts';
import { NOON } from '#tests/support/call-row.ts';
import { migratedDatabase } from '#tests/support/database.ts';
import { syncFrom } from '../feed/delta.ts';
import type { Command } from './commands.ts';
import { createCallReads } from './reads.ts';
import { countUncounted } from './recount.ts';
import { removeCovered, removeRunning } from './removal.ts';
import { indexNext } from './search-index.ts';
import { createWriter } from './writer.ts';

async function start() {
	const database = await migratedDatabase();
	const writer = createWriter({
		database,
		now: () => NOON,
		onCommit: () => undefined,
		onJobs: () => undefined,
		onError: (error) => {
			throw error;
		},
	});
	const reads = createCallReads(database, await prismaOver(database), () => NOON);
	return { database, writer, reads };
}
const create = (id: string, run: string | null): Command => ({
	do: 'create',
	id,
	callbackUrl: null,
	idempotencyKey: null,
	request: {
		customerName: `Ada ${id}`,
		phoneNumber: '+12025550100',
		workflow: 'SUPPORT',
		run,
		scheduledAt: null,
		scenario: null,
	},
});

const RUNS = [null, 'x', 'y'] as const;
const step = fc.oneof(
	{ weight: 4, arbitrary: fc.constantFrom(...RUNS).map((run) => ({ do: 'create' as const, run })) },
	{ weight: 2, arbitrary: fc.constantFrom(...RUNS).map((run) => ({ do: 'clear' as const, run })) },
	{ weight: 1, arbitrary: fc.constant({ do: 'index' as const }) },
	{ weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }).map((most) => ({ do: 'remove' as const, most })) },
	{ weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }).map((most) => ({ do: 'hang up' as const, most })) },
);

it('[CL1] no reader sees a cleared call, however many of its rows are removed, and every reader sees all other calls', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 16 }), async (steps) => {
			const { database, writer, reads } = await start();
			const [{ epoch } = { epoch: '' }] = await database.all<{ epoch: string }>('SELECT "epoch" FROM "Feed"');
			let left: { id: string; run: string | null }[] = [];
			const made: string[] = [];
			for (const wanted of steps) {
				if (wanted.do === 'create') {
					const id = `call-${made.length}`;
					made.push(id);
					left.push({ id, run: wanted.run });
					await writer.write(create(id, wanted.run));
				} else if (wanted.do === 'clear') {
					left = left.filter(({ run }) => wanted.run !== null && run !== wanted.run);
					await writer.write({ do: 'clear', run: wanted.run });
				} else if (wanted.do === 'index') await indexNext(database, 3);
				else if (wanted.do === 'remove') await removeCovered(database, { most: wanted.most, now: NOON });
				else await removeRunning(database, { after: 0, most: wanted.most, now: NOON });

				const ids = left.map(({ id }) => id);
				const list = async (query: CallQuery): Promise<string[]> => {
					const { calls } = await reads.list({ ...query, order: 'oldest', limit: 200 });
					return calls.map(({ id }) => id);
				};
				expect(await list({})).toEqual(ids);
				expect(await list({ q: 'ada' })).toEqual(ids);
				expect(await list({ status: ['PENDING'] })).toEqual(ids);
				expect(await list({ run: ['x'] })).toEqual(left.flatMap(({ id, run }) => (run === 'x' ? [id] : [])));
				expect(
					(await reads.lines({ order: 'oldest' }, 'ndjson', Infinity)).lines.map((l) => (JSON.parse(l) as Call).id),
				).toEqual(ids);
				expect((await reads.stats()).byStatus.PENDING).toBe(ids.length);
				expect((await reads.stats()).perMinute.at(-1)?.created).toBe(ids.length);
				expect(Object.keys(await reads.customers(made)).sort()).toEqual(ids.toSorted());
				for (const id of made) {
					expect((await reads.call(id))?.id ?? null).toBe(ids.includes(id) ? id : null);
					expect(await reads.eventsAfter(id, 0)).toHaveLength(ids.includes(id) ? 1 : 0);
					if (!ids.includes(id)) expect(await writer.write({ do: 'cancel', id })).toEqual({ missing: true });
				}
				const { mode, changes } = await syncFrom(writeCursor({ epoch, seq: 0 }), database);
				expect([mode, changes.flatMap((change) => ('call' in change ? [change.call.id] : []))]).toEqual(['delta', ids]);
				expect(await countUncounted(database, NOON)).toBe(false);
			}
			while (!(await removeCovered(database, { most: 2, now: NOON })).isLast);
			const ids = left.map(({ id }) => id);
			expect(await column(database, 'SELECT "id" FROM "Call" ORDER BY "n"')).toEqual(ids);
			expect(await column(database, 'SELECT "callId" FROM "Event" ORDER BY "seq"')).toEqual(ids);
			expect((await column(database, 'SELECT "callId" FROM "Job"')).sort()).toEqual(ids.toSorted());
			expect(await column(database, 'SELECT "run" FROM "Clearing"')).toEqual([]);
		}),
		{ numRuns: 15 },
	);
});

const column = async (database: Database, sql: string): Promise<unknown[]> =>
	(await database.all(sql)).map((row) => Object.values(row)[0]);

it('[CL2] a cleared call that rings is hung up once, before other rows are removed, and late webhooks find no call', async () => {
	const { database, writer } = await start();
	for (const id of ['old', 'rings', 'queued', 'other']) await writer.write(create(id, id === 'other' ? null : 'x'));
	for (const [id, status, phase] of [
		['old', 'COMPLETED', 'ENDED'],
		['rings', 'PENDING', 'RINGING'],
		['other', 'PENDING', 'RINGING'],
	] as const)
		await writer.write({
			do: 'report',
			webhookId: `w-${id}`,
			report: { callId: id, providerId: `sim-${id}`, status, phase },
		});
	await writer.write({ do: 'clear', run: 'x' });
	const late = { callId: 'rings', providerId: 'sim-rings', status: 'COMPLETED' } as const;
	expect(await writer.write({ do: 'report', webhookId: 'late', report: late })).toEqual({ missing: true });
	expect(await removeRunning(database, { after: 0, most: 9, now: NOON })).toEqual({ removed: 2, after: null });
	const jobs = `SELECT "kind" || ' ' || "callId" || ' ' || coalesce("payload" ->> 'providerId', '') FROM "Job" ORDER BY 1`;
	expect(await column(database, jobs)).toEqual(['dispatch other ', 'hangup rings sim-rings']);
	expect(await column(database, 'SELECT "id" FROM "Call" ORDER BY "n"')).toEqual(['old', 'other']);
	while (!(await removeCovered(database, { most: 1, now: NOON })).isLast);
	expect(await column(database, jobs)).toEqual(['dispatch other ', 'hangup rings sim-rings']);
	expect(await column(database, 'SELECT "id" FROM "Call" ORDER BY "n"')).toEqual(['other']);
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Call, Event, ProviderReport } from '#contract';
import type { Database, Row } from '#db/database.ts';
import { toCall, type CallRow } from '#server/calls/call.ts';
import { advance, endHere } from '#server/calls/machine.ts';
import { migrate, migrationsFrom } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { CALL, fromRow } from '#server/calls/rows.ts';
import { migratedDatabase } from '#tests/support/database.ts';
import { seed } from './seed.ts';

const NOW = Date.parse('2026-11-22T12:34:56.789Z');
const CALLS = 20_000;
const DAYS_90 = 90 * 86_400_000;

interface StoredHistory {
	database: Database;
	calls: CallRow[];
	events: Row[];
	feed: Row;
}

async function seeded(options: Parameters<typeof seed>[1], into?: Database): Promise<StoredHistory> {
	const database = into ?? (await migratedDatabase());
	await seed(database, options);
	const calls = (await database.all(`SELECT ${CALL} FROM "Call" AS c ORDER BY "n"`)).map(fromRow);
	const events = await database.all('SELECT * FROM "Event" ORDER BY "seq"');
	const [feed = {}] = await database.all('SELECT * FROM "Feed"');
	return { database, calls, events, feed };
}

/** Rebuilds a call's row by applying its events to the state machine, beginning with the row as requested. */
function replay({ id, createdAt, scheduledAt, ...row }: CallRow, timeline: readonly Row[]): CallRow {
	let call: CallRow = {
		...row,
		id,
		createdAt,
		scheduledAt,
		status: 'PENDING',
		phase: scheduledAt === null ? 'QUEUED' : 'SCHEDULED',
		outcome: null,
		providerId: null,
		updatedAt: createdAt,
		startedAt: null,
		ringingAt: null,
		answeredAt: null,
		endedAt: null,
		durationMs: null,
		faults: 0,
		seq: row.n,
	};
	for (const { seq, type, at, data } of timeline) {
		const now = Number(at);
		const eventData = JSON.parse(String(data)) as Record<string, unknown>;
		const before = call;
		if (eventData.report !== undefined) {
			const step = advance(call, ProviderReport.parse(eventData.report), now);
			if (!step.next) throw new Error(`${id}: the machine ignores ${String(type)}: ${step.reason}`);
			expect([id, step.type]).toEqual([id, type]);
			call = step.next;
		} else if (type === 'dispatch.attempt') {
			if (eventData.providerId !== undefined)
				call = { ...call, providerId: eventData.providerId as string, updatedAt: now };
		} else if (type === 'queued') call = { ...call, phase: 'QUEUED', updatedAt: now };
		else if (type === 'fault') call = { ...call, faults: call.faults + 1, updatedAt: now };
		else if (type === 'ended') call = endHere(call, row.status as 'FAILED', eventData.outcome as 'manual', now);
		else if (type === 'corrected') {
			const { endedAt, durationMs } = call;
			call = { ...endHere(call, 'FAILED', 'manual', now), endedAt, durationMs };
		}
		if (call !== before) call = { ...call, seq: Number(seq) };
	}
	return call;
}

describe('a made-up history', () => {
	let folder: string;
	let database: Database;
	let calls: CallRow[];
	let events: Row[];
	let feed: Row;

	beforeAll(async () => {
		folder = await mkdtemp(join(tmpdir(), 'audena-seed-'));
		database = openDatabase({ url: `file:${join(folder, 'audena.db')}`, authToken: undefined });
		await migrate(database, migrationsFrom(import.meta.dirname));
		({ calls, events, feed } = await seeded({ calls: CALLS, now: NOW }, database));
	});
	afterAll(async () => {
		database.close();
		await rm(folder, { recursive: true, force: true });
	});

	it('[SD2] has calls that are the result of the state machine for their events', () => {
		const timelines = new Map<string, Row[]>();
		for (const event of events) {
			const timeline = timelines.get(String(event.callId));
			if (timeline) timeline.push(event);
			else timelines.set(String(event.callId), [event]);
		}
		expect(timelines.size).toBe(CALLS);
		for (const call of calls) {
			Call.parse(toCall(call));
			expect(call).toEqual(replay(call, timelines.get(call.id)!));
		}
		for (const { seq, callId, type, at, data } of events)
			Event.parse({
				seq,
				callId,
				type,
				at: new Date(Number(at)).toISOString(),
				data: JSON.parse(String(data)) as unknown,
			});
	});

	it('[SD3] lies within 90 days up to now, in order, and every call has ended once', () => {
		expect(calls).toHaveLength(CALLS);
		expect(calls.every(({ status, phase }) => status !== 'PENDING' && phase === 'ENDED')).toBe(true);
		const ended = events.filter(({ type }) => type === 'ended').map(({ callId }) => callId);
		expect([ended.length, new Set(ended).size]).toEqual([CALLS, CALLS]);
		expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
		const isRising = (values: readonly (number | string)[]): boolean =>
			values.every((value, i) => i === 0 || values[i - 1]! <= value);
		expect(isRising(events.map(({ at }) => Number(at)))).toBe(true);
		expect(isRising(calls.map(({ createdAt }) => createdAt))).toBe(true);
		expect(isRising(calls.map(({ id }) => id))).toBe(true);
		expect(calls[0]!.createdAt).toBeGreaterThanOrEqual(NOW - DAYS_90);
		expect(calls[0]!.createdAt).toBeLessThan(NOW - DAYS_90 + 86_400_000);
		expect(calls.at(-1)!.createdAt).toBeGreaterThan(NOW - 3_600_000);
		expect(Number(events.at(-1)!.at)).toBeLessThanOrEqual(NOW);
		for (const { id, createdAt } of calls)
			expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(createdAt);
	});

	it('[SD4] has the mix, the rhythm, runs, scenarios and faults of a real one', () => {
		const share = (is: (call: CallRow) => boolean): number => calls.filter(is).length / CALLS;
		const days = (day: number): number => share(({ createdAt }) => new Date(createdAt).getUTCDay() === day);
		const hours = (hour: number): number => share(({ createdAt }) => new Date(createdAt).getUTCHours() === hour);
		expect(share(({ outcome }) => outcome === 'completed')).toBeGreaterThan(0.7);
		for (const rare of [
			'no-answer',
			'busy',
			'failed',
			'dropped',
			'canceled',
			'provider-unreachable',
			'no-report',
			'manual',
		])
			expect([rare, share(({ outcome }) => outcome === rare) > 0]).toEqual([rare, true]);
		for (const workflow of ['SUPPORT', 'SALES', 'REMINDER'])
			expect(share((call) => call.workflow === workflow)).toBeGreaterThan(0.2);
		expect(days(0)).toBeLessThan(days(1) / 3);
		expect(hours(3)).toBeLessThan(hours(14) / 3);
		expect(new Set(calls.map(({ run }) => run)).size).toBeGreaterThan(8);
		expect(share(({ scenario }) => scenario !== null)).toBeGreaterThan(0.001);
		expect(share(({ faults }) => faults > 0)).toBeGreaterThan(0.001);
		expect(share(({ scheduledAt }) => scheduledAt !== null)).toBeGreaterThan(0.005);
		expect(events.some(({ type }) => type === 'corrected')).toBe(true);
	});

	it('[EX6] has calls whose outcome, answer and talk agree, and keeps a chosen talk', () => {
		for (const { outcome, answeredAt, endedAt, durationMs, scenario } of calls) {
			if (outcome === 'completed' || outcome === 'dropped') expect(durationMs).toBe(endedAt! - answeredAt!);
			else if (outcome !== 'manual') expect([outcome, answeredAt, durationMs]).toEqual([outcome, null, null]);
			if (outcome === 'completed' && typeof scenario === 'object' && scenario?.talkMs !== undefined)
				expect(durationMs).toBe(scenario.talkMs);
		}
		expect(
			calls.some(({ outcome, scenario }) => outcome === 'completed' && typeof scenario === 'object' && scenario),
		).toBe(true);
	});

	it('[SD5] leaves the feed, the counters and the search index at its end, and the connection with its settings', async () => {
		const last = events.at(-1)!;
		const lastChange = Math.max(...calls.map(({ seq }) => seq));
		expect(feed).toMatchObject({ lastSeq: last.seq, lastChange, lastAt: last.at, prunedSeq: 0 });
		expect(feed.indexedTo).toBe(calls.at(-1)!.n);
		const [counted] = await database.all(`SELECT sum("count") AS "count" FROM "Tally" WHERE "run" = ''`);
		expect(counted).toMatchObject({ count: CALLS });
		const settings = ['synchronous', 'wal_autocheckpoint'].map((name) => database.all(`PRAGMA ${name}`));
		expect((await Promise.all(settings)).map(([row]) => Object.values(row!)[0])).toEqual([2, 16_000]);
	});
});

describe('making up a history', () => {
	it('[SD6] the same seed and time give the same history, and another seed another one', async () => {
		const [one, same, other] = await Promise.all(
			['a', 'a', 'b'].map((name) => seeded({ calls: 300, seed: name, now: NOW })),
		);
		expect(same!.calls).toEqual(one!.calls);
		expect(same!.events).toEqual(one!.events);
		expect(other!.calls.map(({ customerName }) => customerName)).not.toEqual(
			one!.calls.map(({ customerName }) => customerName),
		);
	});

	it('[SD7] a database with calls is refused, and a cleared one continues with its seqs', async () => {
		const { database } = await seeded({ calls: 3, now: NOW });
		await expect(seed(database, { calls: 3, now: NOW })).rejects.toThrow('it already has calls');
		const [{ lastSeq } = {}] = await database.all('SELECT "lastSeq" FROM "Feed"');
		for (const table of ['Event', 'Call']) await database.all(`DELETE FROM "${table}"`);
		await seed(database, { calls: 3, now: NOW });
		const [{ first } = {}] = await database.all('SELECT min("seq") AS "first" FROM "Event"');
		expect(first).toBe(Number(lastSeq) + 1);
	});
});

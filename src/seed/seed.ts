import type { Database } from '#db/database.ts';
import type { CallRow } from '#server/calls/call.ts';
import { positionFrom } from '#server/calls/reads.ts';
import { recount } from '#server/calls/recount.ts';
import { insertCalls, insertEvents, READ_FEED, type EventRow } from '#server/calls/rows.ts';
import { IS_NOT_CLEARED } from '#server/calls/clearing.ts';
import { indexNext, mergeSome } from '#server/calls/search-index.ts';
import { plausibleHistory, type HistoryOptions } from './plausible.ts';

export interface SeedOptions {
	/** The number of calls to write. */
	calls: number;
	/** The same seed gives the same history for the same `now`. */
	seed?: string;
	/** Milliseconds since 1970. The history ends here. */
	now?: number;
	/** Called with the number of calls written so far. */
	onProgress?(calls: number): void;
}

/** The numbers of written rows. */
export interface Seeded {
	calls: number;
	events: number;
}

/** The database cannot take a made-up history. The message says why. */
export class SeedError extends Error {
	override readonly name = 'SeedError';
}

/** Events per transaction. The calls that are complete by then are written with them. */
const BATCH = 3_000;
/** Calls indexed per transaction, and index pages merged per transaction. */
const [INDEXED, MERGED] = [5_000, 1_000];
/** No disk sync at each commit: a power cut can lose only made-up data. */
const BULK = ['PRAGMA synchronous = OFF', 'PRAGMA wal_autocheckpoint = 16000'];
const USUAL = ['synchronous', 'wal_autocheckpoint'];

/**
 * Fills a migrated database without calls with a plausible history, its counters and its search index. Uses little
 * memory and the connection of `database`. No server may use the file meanwhile. Deliveries and provider calls are not
 * made up. Throws `SeedError`.
 */
export async function seed(
	database: Database,
	{ calls, seed: name = 'audena', now = Date.now(), onProgress }: SeedOptions,
): Promise<Seeded> {
	if (!Number.isInteger(calls) || calls < 1)
		throw new RangeError(`The number of calls must be a positive whole number, not ${calls}.`);
	if (database.file === null) throw new SeedError('it is remote; only a file can be seeded');
	const [call] = await database.all(`SELECT 1 FROM "Call" c WHERE ${IS_NOT_CLEARED} LIMIT 1`);
	if (call) throw new SeedError('it already has calls; only an empty history can be filled');
	const usual = await Promise.all(USUAL.map(async (pragma) => [pragma, await valueOf(database, pragma)] as const));
	for (const pragma of BULK) await database.all(pragma);
	try {
		const written = await fill(database, { calls, seed: name, now }, onProgress);
		await recount(database, now);
		while ((await indexNext(database, INDEXED)).taken === INDEXED);
		while (await mergeSome(database, MERGED));
		return written;
	} finally {
		for (const [pragma, value] of usual) await database.all(`PRAGMA ${pragma} = ${value}`);
	}
}

async function valueOf(database: Database, pragma: string): Promise<string> {
	const [row = {}] = await database.all(`PRAGMA ${pragma}`);
	return String(Object.values(row)[0]);
}

const MOVE_FEED = `UPDATE "Feed" SET "lastSeq" = ?, "lastChange" = ?, "lastAt" = max("lastAt", ?) WHERE "id" = 1`;

async function fill(
	database: Database,
	wanted: Omit<HistoryOptions, 'after'>,
	onProgress: SeedOptions['onProgress'],
): Promise<Seeded> {
	const { seq: after, change } = positionFrom(await database.all(READ_FEED));
	let events: EventRow[] = [];
	let calls: CallRow[] = [];
	const written: Seeded = { calls: 0, events: 0 };
	let feed: [seq: number, change: number, at: number] = [after, change, 0];

	async function write(): Promise<void> {
		// The feed moves with the rows. An interrupted run leaves a shorter history and assigns no seq twice.
		const statements = [...insertEvents(events), ...insertCalls(calls), [MOVE_FEED, ...feed] as const];
		[events, calls] = [[], []];
		await database.transact([], () => ({ result: undefined, statements }));
		onProgress?.(written.calls);
	}

	for (const { seq, event, whole } of plausibleHistory({ ...wanted, after })) {
		events.push([seq, event.call.id, event.type, event.at, event.data]);
		calls.push(...whole);
		feed = [seq, event.changes ? seq : feed[1], event.at];
		written.events++;
		written.calls += whole.length;
		if (written.events % BATCH === 0) await write();
	}
	await write();
	return written;
}

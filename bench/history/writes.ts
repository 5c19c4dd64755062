import { v4, v7 } from 'uuid';
import { foldedOf } from '#contract/search.ts';
import type { ProviderReport } from '#contract';
import type { Database } from '#db/database.ts';
import type { Synchronous } from '#db/file.ts';
import { createCalls, type Calls } from '#server/calls/calls.ts';
import { createWriter } from '#server/calls/writer.ts';
import { spreadOf } from '#bench/measure/stats.ts';
import { atLeast, atMost, ratioOf, rowsOf, type Goal, type Section } from '#bench/report.ts';
import type { Options } from './options.ts';
import { openBare, withHistory, type Bare } from './stage.ts';

const FIGURES = ['a second', 'CPU µs each', 'p50 ms', 'p99 ms'] as const;
type Sample = Record<(typeof FIGURES)[number], number>;
const VARIANTS = ['bare', 'product'] as const;

const REQUEST = { customerName: 'Ada Lovelace', phoneNumber: '+12025550100', workflow: 'SUPPORT' } as const;
const CALL = [
	'n',
	'id',
	'customerName',
	'phoneNumber',
	'folded',
	'workflow',
	'status',
	'phase',
	'createdAt',
	'updatedAt',
	'faults',
	'seq',
];
const INSERT_CALL = `INSERT INTO "Call" (${CALL.map((name) => `"${name}"`).join(', ')}) VALUES (${CALL.map(() => '?').join(', ')})`;
const INSERT_EVENT = 'INSERT INTO "Event" ("seq", "callId", "type", "at", "data") VALUES (?, ?, ?, ?, ?)';
const INSERT_JOB =
	'INSERT INTO "Job" ("id", "kind", "callId", "payload", "dueAt", "attempts") VALUES (?, \'dispatch\', ?, ?, ?, 0)';
const INSERT_RECEIPT = 'INSERT INTO "Receipt" ("id", "at") VALUES (?, ?)';
const COUNT = `INSERT INTO "Tally" VALUES ('', ?, 'SUPPORT', '', 1) ON CONFLICT DO UPDATE SET "count" = "count" + 1`;
const COUNT_MINUTE = `INSERT INTO "Minute" VALUES (?, 'created', 0, 1) ON CONFLICT DO UPDATE SET "count" = "count" + 1`;
const READ_FEED = 'SELECT "lastSeq" FROM "Feed" WHERE "id" = 1';
const MOVE_FEED = 'UPDATE "Feed" SET "lastSeq" = ?, "lastChange" = ?, "lastAt" = ? WHERE "id" = 1';

/** Creates and webhook commits beside the raw driver with a transaction for each. */
export async function measureWrites({ sizes, rounds, times }: Options): Promise<Section[]> {
	const sections: Section[] = [];
	for (const size of sizes)
		for (const synchronous of ['FULL', 'NORMAL'] as const)
			sections.push(
				...(await withHistory(
					size,
					async (database, path) => {
						const bare = openBare(path, synchronous);
						try {
							const measured: Section[] = [];
							for (const callers of [32, 1]) {
								const title = `${size} calls, ${synchronous}: `;
								const who = callers === 1 ? 'a lone caller' : `${callers} callers`;
								measured.push(
									await rounded(`${title}whole creates, ${who}`, rounds, (variant) =>
										driven(creatorOf(variant, database, bare), callers, times),
									),
									await rounded(`${title}webhook commits, ${who}`, rounds, async (variant) =>
										driven(await reporterOf(variant, database, bare, callers * times), callers, times),
									),
								);
							}
							addGoals(measured, synchronous);
							return measured;
						} finally {
							bare.close();
						}
					},
					synchronous,
				)),
			);
	return sections;
}

function addGoals([creates, reports, lone]: Section[], synchronous: Synchronous): void {
	const faster = (section: Section, least: number): Goal =>
		atLeast('beside a transaction each', ratioOf(section.rows, 'product', 'a second'), least);
	creates!.goals.push(faster(creates!, synchronous === 'FULL' ? 7 : 4));
	if (synchronous === 'NORMAL')
		creates!.goals.push(atMost('CPU', ratioOf(creates!.rows, 'product', 'CPU µs each'), 0.3));
	reports!.goals.push(faster(reports!, 3.5));
	lone!.goals.push(atMost('a lone p50', ratioOf(lone!.rows, 'product', 'p50 ms'), 1.8));
}

async function rounded(
	title: string,
	rounds: number,
	sample: (variant: (typeof VARIANTS)[number]) => Promise<Sample>,
): Promise<Section> {
	const samples = new Map<string, Sample[]>(VARIANTS.map((variant) => [variant, []]));
	for (let round = 0; round <= rounds; round++)
		for (const variant of round % 2 === 0 ? VARIANTS : VARIANTS.toReversed()) {
			const taken = await sample(variant);
			if (round > 0) samples.get(variant)!.push(taken); // the first one warms up
		}
	return { title, rows: rowsOf<keyof Sample>(samples, FIGURES), goals: [], notes: [] };
}

/** So many callers, each of which asks again once it has its answer. */
async function driven(write: (i: number) => Promise<unknown>, callers: number, times: number): Promise<Sample> {
	const latencies: number[] = [];
	let next = 0;
	const [start, cpu] = [performance.now(), process.cpuUsage()];
	const caller = async (): Promise<void> => {
		for (let i = 0; i < times; i++) {
			const at = performance.now();
			await write(next++);
			latencies.push((performance.now() - at) * 1_000);
		}
	};
	await Promise.all(Array.from({ length: callers }, caller));
	const seconds = (performance.now() - start) / 1_000;
	const { user, system } = process.cpuUsage(cpu);
	const { p50, p99 } = spreadOf(latencies);
	const count = callers * times;
	return { 'a second': count / seconds, 'CPU µs each': (user + system) / count, 'p50 ms': p50, 'p99 ms': p99 };
}

function productCalls(database: Database): Calls {
	const fail = (error: unknown): never => {
		throw error instanceof Error ? error : new Error(String(error));
	};
	const nothing = (): void => undefined;
	const writer = createWriter({ database, now: Date.now, onCommit: nothing, onJobs: nothing, onError: fail });
	return createCalls({ writer, callbackUrl: () => null });
}

/** A turn of the loop between two, as callers over a network have. */
const bareTurn = async (work: () => void): Promise<void> => {
	work();
	await new Promise(setImmediate);
};

function inTransaction(bare: Bare, work: (seq: number, at: number) => number): void {
	bare.run('BEGIN IMMEDIATE');
	const [feed] = bare.all(READ_FEED) as { lastSeq: number }[];
	const at = Date.now();
	const seq = work(feed!.lastSeq + 1, at);
	bare.run(MOVE_FEED, seq, seq, at);
	bare.run('COMMIT');
}

function creatorOf(variant: string, database: Database, bare: Bare): (i: number) => Promise<unknown> {
	if (variant === 'product') {
		const calls = productCalls(database);
		return () => calls.create(REQUEST);
	}
	return () => bareTurn(() => void bareCreate(bare));
}

function bareCreate(bare: Bare): string {
	const id = v7();
	const { customerName, phoneNumber, workflow } = REQUEST;
	inTransaction(bare, (n, at) => {
		const folded = foldedOf(customerName, phoneNumber);
		bare.run(INSERT_CALL, n, id, customerName, phoneNumber, folded, workflow, 'PENDING', 'QUEUED', at, at, 0, n);
		bare.run(INSERT_EVENT, n, id, 'created', at, '{}');
		bare.run(INSERT_JOB, v4(), id, JSON.stringify({ callId: id, phoneNumber, workflow, scenario: null }), at);
		bare.run(COUNT, 'PENDING');
		bare.run(COUNT_MINUTE, at - (at % 60_000));
		return n;
	});
	return id;
}

/** Each report is of a call of its own, made before the clock runs. */
async function reporterOf(
	variant: string,
	database: Database,
	bare: Bare,
	count: number,
): Promise<(i: number) => Promise<unknown>> {
	const calls = productCalls(database);
	const ids = await Promise.all(Array.from({ length: count }, async () => (await calls.create(REQUEST)).id));
	const reportOf = (i: number): ProviderReport => ({
		...{ callId: ids[i]!, providerId: `sim_${i}`, status: 'PENDING', phase: 'INITIATED', sequence: 1 },
		occurredAt: new Date().toISOString(),
	});
	if (variant === 'product') return (i) => calls.report(v4(), reportOf(i));
	return (i) =>
		bareTurn(() => {
			const webhookId = v4();
			const report = reportOf(i);
			inTransaction(bare, (seq, at) => {
				bare.all('SELECT "id" FROM "Receipt" WHERE "id" = ?', webhookId);
				bare.all('SELECT * FROM "Call" WHERE "id" = ?', report.callId);
				bare.run(
					'UPDATE "Call" SET "phase" = ?, "providerId" = ?, "startedAt" = ?, "updatedAt" = ?, "seq" = ? WHERE "id" = ?',
					...(['INITIATED', report.providerId, at, at, seq, report.callId] as const),
				);
				bare.run(INSERT_EVENT, seq, report.callId, 'initiated', at, JSON.stringify({ webhookId, report }));
				bare.run(INSERT_RECEIPT, webhookId, at);
				return seq;
			});
		});
}

import { v7 } from 'uuid';
import type { ProviderReport } from '#contract';
import { openFile, type Synchronous } from '#db/file.ts';
import { openBare } from '#bench/bare/connection.ts';
import { createBareWrites, type Wanted } from '#bench/bare/writes.ts';
import { driven, type Driven } from '#bench/measure/driven.ts';
import { inRounds } from '#bench/measure/rounds.ts';
import { atLeast, atMost, ratioOf, rowsOf, type Goal, type Section } from '#bench/report.ts';
import type { Histories } from './histories.ts';
import { LONE_TIMES, type Options } from './options.ts';
import { productCalls } from './product.ts';
import { WANTED } from './ways.ts';

const FIGURES = ['a second', 'CPU µs each', 'p50 ms', 'p99 ms'] as const;
type Sample = Record<(typeof FIGURES)[number], number>;
const VARIANTS = ['bare', 'product'] as const;
const CALLERS = 32;
/** Calls that are made at once, for webhooks that tell of them. */
const AT_ONCE = 200;

/** One side: writes one thing and answers when it is on the disk as far as `synchronous` says. */
interface Side {
	create(): Promise<unknown>;
	report(webhookId: string, report: ProviderReport): Promise<unknown>;
	/** Makes so many calls; answers their ids. */
	prepare(count: number): Promise<string[]>;
	/** Moves what stands in the log, so that no sample does the work of the one before. */
	rest(): Promise<unknown>;
	close(): void;
}
type Sides = Record<(typeof VARIANTS)[number], Side>;

/** Creates and webhook commits beside the raw driver with a transaction for each, each side on a file of its own. */
export async function measureWrites({ sizes, rounds, times }: Options, histories: Histories): Promise<Section[]> {
	const sections: Section[] = [];
	for (const size of sizes)
		for (const synchronous of ['FULL', 'NORMAL'] as const)
			sections.push(
				...(await histories.copies([size, size], async (bare = '', product = '') => {
					const sides = { bare: bareSide(bare, synchronous), product: productSide(product, synchronous) };
					try {
						return await measureSides(`${size} calls, ${synchronous}`, sides, synchronous, rounds, times);
					} finally {
						for (const side of Object.values(sides)) side.close();
					}
				})),
			);
	return sections;
}

async function measureSides(
	title: string,
	sides: Sides,
	synchronous: Synchronous,
	rounds: number,
	times: number,
): Promise<Section[]> {
	const section = async (what: string, sample: (side: Side) => Promise<Driven>): Promise<Section> => {
		const samples = await inRounds(VARIANTS, rounds, async (variant) => sampleOf(await sample(sides[variant])), 1);
		return { title: `${title}: ${what}`, rows: rowsOf<keyof Sample>(samples, FIGURES), goals: [], notes: [] };
	};
	const create = (callers: number, each: number) => async (side: Side) => {
		await side.rest();
		return driven(() => side.create(), callers, each);
	};
	const report = (callers: number, each: number) => (side: Side) => reported(side, callers, each);
	const lone = times * LONE_TIMES;

	const creates = await section(`whole creates, ${CALLERS} callers`, create(CALLERS, times));
	const reports = await section(`webhook commits, ${CALLERS} callers`, report(CALLERS, times));
	const loneCreates = await section('whole creates, a lone caller', create(1, lone));
	const loneReports = await section('webhook commits, a lone caller', report(1, lone));

	const full = synchronous === 'FULL';
	creates.goals.push(faster(creates, full ? 7 : 4));
	if (!full) creates.goals.push(atMost('CPU', ratioOf(creates.rows, 'product', 'CPU µs each'), 0.3));
	reports.goals.push(faster(reports, 3.5));
	loneCreates.goals.push(atMost('a lone p50', ratioOf(loneCreates.rows, 'product', 'p50 ms'), 1.8));
	return [creates, reports, loneCreates, loneReports];
}

const faster = ({ rows }: Section, least: number): Goal =>
	atLeast('a second, beside a transaction each', ratioOf(rows, 'product', 'a second'), least);

const sampleOf = ({ perSecond, cpuMicros, p50, p99 }: Driven): Sample => ({
	...{ 'a second': perSecond, 'CPU µs each': cpuMicros, 'p50 ms': p50, 'p99 ms': p99 },
});

/** Each call rings and ends: of two commits one moves the counters. All ring before the first ends. */
async function reported(side: Side, callers: number, times: number): Promise<Driven> {
	const half = Math.ceil((callers * times) / 2);
	const ids = await side.prepare(half);
	await side.rest();
	const reportOf = (i: number): ProviderReport => {
		const callId = ids[i % half]!;
		const said = { callId, providerId: `sim_${callId}`, occurredAt: new Date().toISOString() };
		if (i < half) return { ...said, status: 'PENDING', phase: 'RINGING', sequence: 1 };
		return { ...said, status: 'COMPLETED', phase: 'ENDED', outcome: 'completed', sequence: 2, durationMs: 1_000 };
	};
	// Ids as the provider gives them, made before.
	const webhookIds = Array.from({ length: callers * times }, () => `msg_${v7().replaceAll('-', '')}`);
	return driven((i) => side.report(webhookIds[i]!, reportOf(i)), callers, times);
}

function productSide(path: string, synchronous: Synchronous): Side {
	const database = openFile(path, undefined, synchronous);
	const calls = productCalls(database);
	const request = { ...WANTED, scheduledAt: undefined };
	return {
		create: () => calls.create(request),
		report: (webhookId, report) => calls.report(webhookId, report),
		async prepare(count) {
			const made = await Promise.all(Array.from({ length: count }, () => calls.create(request)));
			return made.map(({ id }) => id);
		},
		rest: () => database.all('PRAGMA wal_checkpoint(PASSIVE)'),
		close: () => database.close(),
	};
}

function bareSide(path: string, synchronous: Synchronous): Side {
	const bare = openBare(path, synchronous);
	const writes = createBareWrites(bare);
	/** A turn of the loop between two, as callers over a network have. */
	const inTurn = async (work: () => void): Promise<void> => {
		work();
		await new Promise(setImmediate);
	};
	return {
		create: () => inTurn(() => void writes.create([WANTED])),
		report: (webhookId, report) => inTurn(() => writes.report(webhookId, report)),
		async prepare(count) {
			const ids: string[] = [];
			while (ids.length < count) {
				const calls = writes.create(Array<Wanted>(Math.min(AT_ONCE, count - ids.length)).fill(WANTED));
				ids.push(...calls.map(({ id }) => id));
				await new Promise(setImmediate);
			}
			return ids;
		},
		rest: () => inTurn(() => void bare.all('PRAGMA wal_checkpoint(PASSIVE)')),
		close: () => bare.close(),
	};
}

import { setTimeout as pause } from 'node:timers/promises';
import type { Database } from '#db/database.ts';
import { openFile } from '#db/file.ts';
import type { Calls } from '#server/calls/calls.ts';
import { createIndexer } from '#server/calls/indexer.ts';
import { driven } from '#bench/measure/driven.ts';
import { inRounds } from '#bench/measure/rounds.ts';
import { spreadOf } from '#bench/measure/stats.ts';
import { watchTurns } from '#bench/measure/turns.ts';
import { atLeast, ratioOf, rowsOf, within, type Section } from '#bench/report.ts';
import type { Histories } from './histories.ts';
import { LONE_TIMES, type Options } from './options.ts';
import { failed, productCalls } from './product.ts';
import { WANTED } from './ways.ts';

const VARIANTS = ['search off', 'search on'] as const;
type Variant = (typeof VARIANTS)[number];
const FIGURES = [
	...(['back to back: a second', 'back to back: p50 ms', 'CPU µs each, index level'] as const),
	...(['calm: p50 ms', 'calm: p99 ms'] as const),
] as const;
type Sample = Record<(typeof FIGURES)[number], number>;
const TURN_FIGURES = ['longest ms', 'p99 ms'] as const;
type TurnSample = Record<(typeof TURN_FIGURES)[number], number>;

/** More than the calm for which the index waits, so that it works between two creates. */
const CALM_EVERY_MS = 80;
/** Calls that the index takes in while its turns are timed: many batches, and their merges. */
const BEHIND = 100;
const BATCH = 500;
/** No turn of the index may be longer, in milliseconds. */
const TURN_MS = 20;
const LOOK_MS = 10;
const BEHIND_BY = `SELECT coalesce((SELECT max("n") FROM "Call"), 0) - "indexedTo" AS "behind" FROM "Feed" WHERE "id" = 1`;

/** One side: the product's writer in this process, with its search index behind it or without. */
interface Side {
	calls: Calls;
	database: Database;
	/** Resolves once the index has all calls; at once where there is none. */
	level(): Promise<void>;
	close(): Promise<void>;
}

/** What search costs a lone create, and how long the index holds the event loop. */
export async function measureSearch({ sizes, rounds, times }: Options, histories: Histories): Promise<Section[]> {
	const sections: Section[] = [];
	for (const size of sizes)
		await histories.copies([size, size], async (off = '', on = '') => {
			const sides = { 'search off': openSide(off, false), 'search on': openSide(on, true) };
			try {
				const sample = (variant: Variant): Promise<Sample> => sampled(sides[variant], times);
				const rows = rowsOf<keyof Sample>(await inRounds(VARIANTS, rounds, sample, 1), FIGURES);
				const ratio = (name: keyof Sample): number => ratioOf(rows, 'search on', name);
				const goals = [
					atLeast('a second, back to back', ratio('back to back: a second'), 0.8),
					atLeast('the speed of a calm one', 1 / ratio('calm: p50 ms'), 0.8),
				];
				sections.push({ title: `${size} calls: a lone create and search`, rows, goals, notes: [] });
				sections.push(await measureTurns(size, sides['search on'], rounds, times));
			} finally {
				for (const side of Object.values(sides)) await side.close();
			}
		});
	return sections;
}

async function sampled(side: Side, times: number): Promise<Sample> {
	const create = () => side.calls.create({ ...WANTED, scheduledAt: undefined });
	await side.level();
	const cpu = process.cpuUsage();
	const count = times * LONE_TIMES;
	const { perSecond, p50 } = await driven(create, 1, count);
	await side.level();
	const { user, system } = process.cpuUsage(cpu);
	const calm: number[] = [];
	for (let i = 0; i < times; i++) {
		await pause(CALM_EVERY_MS);
		const at = performance.now();
		await create();
		calm.push((performance.now() - at) * 1_000);
	}
	const spread = spreadOf(calm);
	return {
		...{ 'back to back: a second': perSecond, 'back to back: p50 ms': p50 },
		'CPU µs each, index level': (user + system) / count,
		...{ 'calm: p50 ms': spread.p50, 'calm: p99 ms': spread.p99 },
	};
}

/** The turns of this event loop while the index takes in what it is behind, beside those while nothing happens. */
async function measureTurns(size: number, side: Side, rounds: number, times: number): Promise<Section> {
	const count = times * BEHIND;
	const one = { ...WANTED, scheduledAt: undefined };
	let tookMs = 0;
	const sample = async (variant: string): Promise<TurnSample> => {
		await side.level();
		if (variant === 'nothing') {
			const turns = watchTurns();
			await pause(Math.max(LOOK_MS, tookMs));
			return turnsOf(await turns());
		}
		for (let left = count; left > 0; left -= BATCH)
			await side.calls.createMany(Array(Math.min(BATCH, left)).fill(one), null);
		const since = performance.now();
		const turns = watchTurns();
		await side.level();
		tookMs = performance.now() - since;
		return turnsOf(await turns());
	};
	const rows = rowsOf<keyof TurnSample>(await inRounds(['the index', 'nothing'], rounds, sample, 1), TURN_FIGURES);
	const longest = rows[0]?.figures['longest ms']?.median ?? NaN;
	return {
		title: `${size} calls: turns of the event loop while ${count} calls are taken into the index`,
		rows,
		goals: [within('the longest turn of the index', longest, TURN_MS, 'ms')],
		notes: [],
	};
}

const turnsOf = ({ longest, p99 }: { longest: number; p99: number }): TurnSample => ({
	...{ 'longest ms': longest, 'p99 ms': p99 },
});

function openSide(path: string, search: boolean): Side {
	const database = openFile(path);
	const indexer = search ? createIndexer({ database, onError: failed }) : undefined;
	const calls = productCalls(database, ({ changes }) => indexer?.created(changes.length));
	return {
		...{ calls, database },
		async level() {
			while (indexer && Number((await database.all(BEHIND_BY))[0]?.behind) > 0) await pause(LOOK_MS);
		},
		async close() {
			await indexer?.close();
			database.close();
		},
	};
}

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { withChildren } from '#bench/children/child.ts';
import { startProduct } from '#bench/children/product.ts';
import { createHttpLine } from '#bench/clients/http-line.ts';
import { spreadOf, summarise, type Spread } from '#bench/measure/stats.ts';
import { rowsOf, show, type Section } from '#bench/report.ts';
import type { Histories } from './histories.ts';
import type { Options } from './options.ts';

const WAYS = ['alone', 'while an import runs'] as const;
const FIGURES = ['p50 ms', 'p99 ms'] as const;
type Sample = Record<(typeof FIGURES)[number], number>;

/** What an import cost, and those who make single calls meanwhile. */
interface Imported {
	seconds: number;
	/** Of a batch. */
	batches: Spread;
	/** Of a single create: before the import, and while it ran. */
	alone: Spread;
	meanwhile: Spread;
}

/** As the dashboard sends them. */
const BATCH = 250;
/** A create every so often, one after the other. */
const EVERY_MS = 20;
const ALONE = 100;

/** Not so soon that anything of it is dispatched. */
const SCHEDULED_AT = '2999-01-01T00:00:00Z';

/** Single creates beside the same while somebody imports a file, each round on a server of its own. */
export async function measureImport({ sizes, rounds, imported }: Options, histories: Histories): Promise<Section[]> {
	const sections: Section[] = [];
	for (const size of sizes) {
		const taken: Imported[] = [];
		for (let round = 0; round < rounds; round++)
			taken.push(
				await histories.copies([size], (database) =>
					withChildren([startProduct({ database })], ({ port }) => importInto(port, imported)),
				),
			);
		const samples = new Map([
			[WAYS[0], taken.map(({ alone }) => sampleOf(alone))],
			[WAYS[1], taken.map(({ meanwhile }) => sampleOf(meanwhile))],
		]);
		const seconds = summarise(taken.map((one) => one.seconds));
		const batch = summarise(taken.map(({ batches }) => batches.p50));
		sections.push({
			title: `${size} calls: a create while ${imported} calls are imported`,
			rows: rowsOf<keyof Sample>(samples, FIGURES),
			goals: [],
			notes: [`The import took ${show(seconds.median)} s, a batch of ${BATCH} ${show(batch.median)} ms (medians).`],
		});
	}
	return sections;
}

const sampleOf = ({ p50, p99 }: Spread): Sample => ({ 'p50 ms': p50, 'p99 ms': p99 });

/** Imports so many calls as the dashboard does, in batches one after the other, while somebody makes single calls. */
async function importInto(port: number, rows: number): Promise<Imported> {
	const [singles, importer] = [createHttpLine(port), createHttpLine(port)];
	const one = (i: number) => ({
		...{ customerName: `Customer ${i}`, phoneNumber: '+12025550100', workflow: 'SALES', scheduledAt: SCHEDULED_AT },
	});
	const post = async (line: typeof singles, path: string, body: unknown): Promise<number> => {
		const since = performance.now();
		const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': randomUUID() };
		const { status } = await line.request('POST', path, headers, JSON.stringify(body));
		if (status !== 201) throw new Error(`${path} was answered ${status}.`);
		return (performance.now() - since) * 1_000;
	};
	const create = async (latencies: number[]): Promise<void> => {
		latencies.push(await post(singles, '/api/calls', one(0)));
		await pause(EVERY_MS);
	};

	const [alone, meanwhile, batches]: [number[], number[], number[]] = [[], [], []];
	for (let i = 0; i < ALONE; i++) await create(alone);
	const over = new AbortController();
	const creating = (async () => {
		do await create(meanwhile);
		while (!over.signal.aborted);
	})();
	const since = performance.now();
	try {
		for (let at = 0; at < rows; at += BATCH) {
			const calls = Array.from({ length: Math.min(BATCH, rows - at) }, (_, i) => one(at + i));
			batches.push(await post(importer, '/api/calls/batch', { calls }));
		}
	} finally {
		over.abort();
		await creating;
		for (const line of [singles, importer]) line.close();
	}
	const seconds = (performance.now() - since) / 1_000;
	return { seconds, batches: spreadOf(batches), alone: spreadOf(alone), meanwhile: spreadOf(meanwhile) };
}

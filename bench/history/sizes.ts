import type { Call, CallPage } from '#contract';
import { parseCursor } from '#contract/cursor.ts';
import { tokenOf } from '#server/calls/page.ts';
import { withChildren } from '#bench/children/child.ts';
import { startProduct, type Product } from '#bench/children/product.ts';
import { createHttpLine, type HttpLine } from '#bench/clients/http-line.ts';
import { bodyOf } from '#bench/clients/bodies.ts';
import { inRounds } from '#bench/measure/rounds.ts';
import { spreadOf } from '#bench/measure/stats.ts';
import { atMost, ratioOf, rowsOf, type Section } from '#bench/report.ts';
import type { Histories } from './histories.ts';
import type { Options } from './options.ts';

const ASKED = ['create', 'newest page', 'page in the middle', 'a number', 'one call', 'figures'] as const;
const FIGURES = [...ASKED.map((name) => `${name} p50 ms` as const), 'resident MiB'] as const;
type Sample = Record<(typeof FIGURES)[number], number>;

/** What still counts as flat, from the smallest history to the largest. */
const FLAT = 1.5;

/** The whole product with histories of every size, each asked the same by a lone caller who changes something first. */
export async function measureSizes({ sizes, rounds, times }: Options, histories: Histories): Promise<Section[]> {
	const names = sizes.map((size) => `${size} calls`);
	const rows = await histories.copies(sizes, (...files) =>
		withChildren(
			files.map((database) => startProduct({ database })),
			async (...products) => {
				const sample = (name: string): Promise<Sample> => sampled(products[names.indexOf(name)]!, times);
				return rowsOf<keyof Sample>(await inRounds(names, rounds, sample, 1), FIGURES);
			},
		),
	);
	const largest = names.at(-1)!;
	const goals = FIGURES.map((name) => atMost(`${name}, of the smallest’s`, ratioOf(rows, largest, name), FLAT));
	return [{ title: 'The same in every size, over HTTP', rows, goals: names.length > 1 ? goals : [], notes: [] }];
}

async function sampled(product: Product, times: number): Promise<Sample> {
	const line = createHttpLine(product.port);
	const newest = await get<CallPage>(line, '/api/calls?limit=1');
	const page = tokenOf({}, { n: Math.floor(parseCursor(newest.cursor).seq / 2), back: false });
	const [middle] = (await get<CallPage>(line, `/api/calls?page=${page}`)).calls;
	if (!middle) throw new Error('There is no call in the middle.');
	const latencies = new Map<string, number[]>(ASKED.map((name) => [name, []]));
	const paths: Record<Exclude<(typeof ASKED)[number], 'create'>, string> = {
		'newest page': '/api/calls',
		'page in the middle': `/api/calls?page=${page}`,
		'a number': `/api/calls?q=${middle.phoneNumber.slice(1)}`,
		'one call': `/api/calls/${middle.id}`,
		figures: '/api/stats',
	};
	for (let i = 0; i < times; i++) {
		await timed(latencies.get('create')!, () => create(line, i));
		for (const [name, path] of Object.entries(paths)) await timed(latencies.get(name)!, () => get(line, path));
	}
	line.close();
	await product.ask('collect');
	const { rssBytes } = await product.ask('usage');
	const p50s = ASKED.map((name) => [`${name} p50 ms`, spreadOf(latencies.get(name)!).p50]);
	return { ...(Object.fromEntries(p50s) as Sample), 'resident MiB': rssBytes / 2 ** 20 };
}

async function timed(latencies: number[], ask: () => Promise<unknown>): Promise<void> {
	const at = performance.now();
	await ask();
	latencies.push((performance.now() - at) * 1_000);
}

async function get<T>(line: HttpLine, path: string): Promise<T> {
	const { status, body } = await line.request('GET', path);
	if (status !== 200) throw new Error(`${path} was answered ${status}: ${body.toString()}`);
	return JSON.parse(body.toString()) as T;
}

async function create(line: HttpLine, i: number): Promise<Call> {
	const { status, body } = await line.request('POST', '/api/calls', { 'Content-Type': 'application/json' }, bodyOf(i));
	if (status !== 201) throw new Error(`A call was answered ${status}: ${body.toString()}`);
	return (JSON.parse(body.toString()) as { call: Call }).call;
}

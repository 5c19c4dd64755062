import { setTimeout as pause } from 'node:timers/promises';
import type { CallPage } from '#contract';
import { createCall, createHttpLine, getJson, type HttpLine } from '#bench/support/http-line.ts';
import { drive, latencies } from '#bench/support/measure.ts';
import { middlePage, startPeer, startProduct, type Product, type Server } from '#bench/support/product.ts';
import { compare, printGoal } from '#bench/support/report.ts';
import type { Setup } from '#bench/support/setup.ts';

const SIDES = ['bare', 'product'] as const;
const CALLERS = 32;
const NODE = Number.parseInt(process.versions.node, 10);

/** Measures the whole product over HTTP: bursts of requests, then how little a large history slows requests. */
export async function requests(setup: Setup): Promise<void> {
	await bursts(setup);
	await flatness(setup);
}

/** Compares bursts with a bare server: `node:http`, a transaction for each create and a query for each list. */
async function bursts({ sizes, rounds, times, copy }: Setup): Promise<void> {
	for (const size of sizes) {
		await using bareCopy = await copy(size);
		await using productCopy = await copy(size);
		await using bare = await startPeer('bare-server', bareCopy.path);
		await using product = await startProduct(productCopy.path);
		const measure = (what: string, ask: Ask) =>
			compare(
				`${size} calls, Node ${process.versions.node}: ${what} by ${CALLERS} callers`,
				{ sides: SIDES, rounds, warmUp: true, peer: SIDES[0] },
				(side) => burst(side === 'bare' ? bare : product, 10 * CALLERS * times, ask),
			);

		const lists = await measure('GET /api/calls', (line) => line.request('GET', '/api/calls'));
		printGoal('unchanged lists a second', lists.ratio('product', 'bare', 'a second'), '≥ 2 ×');
		const creates = await measure('POST /api/calls', createCall);
		const rate = creates.ratio('product', 'bare', 'a second');
		const cpu = creates.ratio('product', 'bare', 'server CPU µs each');
		if (NODE === 20) {
			printGoal('creates a second over HTTP, Node 20', rate, '≥ 3.5 ×');
			printGoal('server CPU per create, Node 20', cpu, '≤ 0.9 ×');
		} else if (NODE === 24) {
			printGoal('creates a second over HTTP, Node 24', rate, '≥ 5 ×');
			printGoal('server CPU per create, Node 24', cpu, '≤ 0.45 ×');
		}
	}
}

type Ask = (line: HttpLine, i: number) => Promise<unknown>;

async function burst(server: Server, total: number, ask: Ask) {
	await rest(server);
	const lines = Array.from({ length: CALLERS }, () => createHttpLine(server.port));
	const cpuMs = await server.ask('cpuMs');
	const { 'a second': rate, 'p50 ms': p50 } = await drive(CALLERS, total, async (i) => {
		const line = lines.pop()!;
		await ask(line, i);
		lines.push(line);
	});
	const used = ((await server.ask('cpuMs')) - cpuMs) * 1_000;
	for (const line of lines) line.close();
	return { 'a second': rate, 'server CPU µs each': used / total, 'p50 ms': p50 };
}

/**
 * Waits until the server uses hardly any CPU: it has finished work that goes on after responses, such as the index.
 */
async function rest(server: Server): Promise<void> {
	for (let [last, now] = [-Infinity, 0]; now - last > 12;) {
		await pause(250);
		[last, now] = [now, await server.ask('cpuMs')];
	}
}

const FIGURES = ['create', 'newest page', 'page in the middle', 'a number', 'one call', 'statistics', 'MiB'] as const;
const [SMALL, LARGE] = ['smaller history', 'larger history'] as const;

/**
 * Compares a large history with a small one. A create precedes each request, so that no list comes from the cache.
 */
async function flatness({ sizes: [small, large], rounds, times, copy }: Setup): Promise<void> {
	await using smallCopy = await copy(small);
	await using largeCopy = await copy(large);
	await using smallProduct = await startProduct(smallCopy.path);
	await using largeProduct = await startProduct(largeCopy.path);
	const title = `${small} and ${large} calls: p50 in milliseconds over HTTP, and resident memory`;
	const sides = { sides: [SMALL, LARGE] as const, rounds, warmUp: true, peer: SMALL };
	const { ratio } = await compare(title, sides, (side) =>
		sampleOf(side === SMALL ? smallProduct : largeProduct, times),
	);
	for (const figure of FIGURES)
		printGoal(`${figure}, against the smaller history`, ratio(LARGE, SMALL, figure), '≤ 1.5 ×');
}

async function sampleOf(product: Product, times: number): Promise<Record<(typeof FIGURES)[number], number>> {
	const line = createHttpLine(product.port);
	const page = middlePage(await getJson<CallPage>(line, '/api/calls'));
	const [call] = (await getJson<CallPage>(line, `/api/calls?page=${page}`)).calls;
	const create = () => createCall(line, 0);
	const p50 = async (path: string): Promise<number> =>
		(await latencies(times, () => line.request('GET', path), create))['p50 ms'];
	const sample = {
		create: (await latencies(times, create))['p50 ms'],
		'newest page': await p50('/api/calls'),
		'page in the middle': await p50(`/api/calls?page=${page}`),
		'a number': await p50(`/api/calls?q=${call!.phoneNumber.slice(1)}`),
		'one call': await p50(`/api/calls/${call!.id}`),
		statistics: await p50('/api/stats'),
		MiB: await product.ask('residentMiB'),
	};
	line.close();
	return sample;
}

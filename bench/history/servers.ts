import { setTimeout as pause } from 'node:timers/promises';
import { startBareHistory, type CallServer } from '#bench/children/bare-history.ts';
import { withChildren, type Child } from '#bench/children/child.ts';
import { nodeOf } from '#bench/children/node.ts';
import { startProduct } from '#bench/children/product.ts';
import { startRequests } from '#bench/children/start.ts';
import type { Requests } from '#bench/clients/requests.ts';
import { inRounds } from '#bench/measure/rounds.ts';
import { rowsOf, type Row, type Section } from '#bench/report.ts';
import type { Histories } from './histories.ts';
import type { Options } from './options.ts';

const FIGURES = [
	...(['requests a second', 'server CPU µs each', 'CPU µs each, with what follows', 'p50 ms', 'p99 ms'] as const),
	'resident MiB',
] as const;
type Sample = Record<(typeof FIGURES)[number], number>;
export type Stack = 'bare' | 'bare, grouped' | 'product';

export const CALLERS = 32;
/** A server is at rest when it used less than this of the look. */
const [LOOK_MS, REST_MS, PATIENCE_MS] = [250, 12, 30_000];

/** What the requests of a part are, and what is to be reached with them. */
export interface Requested {
	what: 'create' | 'list';
	title: string;
	stacks: readonly Stack[];
	goals(section: Section, major: number): void;
}

/** The same requests to servers that are processes of their own, for each size and each Node. */
export async function measureRequests(
	requested: Requested,
	options: Options,
	histories: Histories,
): Promise<Section[]> {
	const sections: Section[] = [];
	for (const size of options.sizes)
		for (const major of options.nodes) {
			const node = await nodeOf(major);
			const title = `${size} calls, Node ${'version' in node ? node.version : major}: ${requested.title}`;
			if ('missing' in node) {
				sections.push({ title, rows: [], goals: [], notes: [`Not measured: ${node.missing}.`] });
				continue;
			}
			const rows = await histories.copies(
				requested.stacks.map(() => size),
				(...files) => rowsFor(requested, options, node.path, files),
			);
			const section: Section = { title, rows, goals: [], notes: [] };
			requested.goals(section, major);
			sections.push(section);
		}
	return sections;
}

function rowsFor({ what, stacks }: Requested, options: Options, node: string, files: string[]): Promise<Row[]> {
	const { rounds, seconds } = options;
	const start = (stack: Stack, i: number): Promise<CallServer> =>
		stack === 'product' ? product(files[i]!, node) : startBareHistory(files[i]!, stack === 'bare, grouped', node);
	return withChildren([startRequests()], (requests) =>
		withChildren(stacks.map(start), async (...servers) => {
			const sample = (stack: Stack): Promise<Sample> =>
				sampled(requests, servers[stacks.indexOf(stack)]!, what, seconds);
			return rowsOf<keyof Sample>(await inRounds(stacks, rounds, sample, 1), FIGURES);
		}),
	);
}

async function sampled(
	requests: Child<Requests>,
	server: CallServer,
	what: Requested['what'],
	seconds: number,
): Promise<Sample> {
	const before = await atRest(server);
	const asking = { port: server.port, what, callers: CALLERS, seconds };
	const { count, perSecond, p50, p99 } = await requests.ask('burst', asking);
	const { cpuMs } = await server.usage();
	// What it does behind the answers (search) is its work, too, and nobody else's time.
	const after = await atRest(server);
	return {
		'requests a second': perSecond,
		'server CPU µs each': ((cpuMs - before.cpuMs) * 1_000) / count,
		'CPU µs each, with what follows': ((after.cpuMs - before.cpuMs) * 1_000) / count,
		...{ 'p50 ms': p50, 'p99 ms': p99, 'resident MiB': after.rssBytes / 2 ** 20 },
	};
}

async function product(database: string, node: string): Promise<CallServer> {
	const { port, ask, stop } = await startProduct({ database, node });
	return { port, usage: () => ask('usage'), stop };
}

/** What a server has used once nothing is under way in it; or after some patience. */
async function atRest(server: CallServer): ReturnType<CallServer['usage']> {
	const since = performance.now();
	let last = await server.usage();
	for (;;) {
		await pause(LOOK_MS);
		const now = await server.usage();
		if (now.cpuMs - last.cpuMs < REST_MS || performance.now() - since > PATIENCE_MS) return now;
		last = now;
	}
}

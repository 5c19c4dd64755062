import type { CallQuery } from '#contract';
import { prismaOver } from '#db/prisma.ts';
import { createCallReads } from '#server/calls/reads.ts';
import { spreadOf } from '#bench/measure/stats.ts';
import { rowsOf, type Section } from '#bench/report.ts';
import type { Options } from './options.ts';
import { openBare, withHistory, type Bare } from './stage.ts';

interface Case {
	name: string;
	product(): Promise<unknown>;
	bare(): unknown;
}

const FIGURES = ['p50 ms', 'p99 ms'] as const;
type Sample = Record<(typeof FIGURES)[number], number>;
const PAGE = 'SELECT * FROM "Call"';

/** Each read beside the same one on bare SQLite. */
export async function measureReads({ sizes, rounds, times }: Options): Promise<Section[]> {
	const sections: Section[] = [];
	for (const size of sizes)
		sections.push(
			...(await withHistory(size, async (database, path) => {
				const bare = openBare(path);
				const prisma = await prismaOver(database);
				try {
					const reads = createCallReads(database, prisma, Date.now);
					const cases = casesFor(size, bare, reads);
					const measured: Section[] = [];
					for (const each of cases) measured.push(await measure(`${size} calls: ${each.name}`, each, rounds, times));
					const { rss, heapUsed } = process.memoryUsage();
					measured
						.at(-1)!
						.notes.push(
							`The process stands at ${Math.round(rss / 2 ** 20)} MiB (heap ${Math.round(heapUsed / 2 ** 20)}) after ${size} calls.`,
						);
					return measured;
				} finally {
					bare.close();
					await prisma.$disconnect();
				}
			})),
		);
	return sections;
}

async function measure(title: string, each: Case, rounds: number, times: number): Promise<Section> {
	const samples = new Map<string, Sample[]>([
		['bare', []],
		['product', []],
	]);
	for (let round = 0; round <= rounds; round++)
		for (const variant of round % 2 === 0 ? ['bare', 'product'] : ['product', 'bare']) {
			const latencies: number[] = [];
			for (let i = 0; i < times; i++) {
				const start = performance.now();
				if (variant === 'bare') each.bare();
				else await each.product();
				latencies.push((performance.now() - start) * 1_000);
				if (latencies.length % 10 === 0) await new Promise(setImmediate);
			}
			const { p50, p99 } = spreadOf(latencies);
			if (round > 0) samples.get(variant)!.push({ 'p50 ms': p50, 'p99 ms': p99 }); // the first one warms up
		}
	return { title, rows: rowsOf<keyof Sample>(samples, FIGURES), goals: [], notes: [] };
}

function casesFor(size: number, bare: Bare, reads: ReturnType<typeof createCallReads>): Case[] {
	const one = (sql: string): Record<string, string | number> => bare.all(sql)[0] as Record<string, string | number>;
	const { n: last } = one('SELECT max("n") AS "n" FROM "Call"');
	const middle = one(`${PAGE} WHERE "n" <= ${Math.floor(Number(last) / 2)} ORDER BY "n" DESC LIMIT 1`);
	const to = new Date(Number(middle.createdAt)).toISOString();
	const digits = String(middle.phoneNumber).slice(3);
	const list =
		(query: CallQuery): Case['product'] =>
		() =>
			reads.list(query);
	const page = (where: string, ...values: (string | number)[]): Case['bare'] => {
		const sql = `${PAGE} WHERE ${where} ORDER BY "n" DESC LIMIT 51`;
		return () => bare.all(sql, ...values);
	};
	const filter = (name: 'status' | 'workflow' | 'outcome', word: string): Case => ({
		name: `${name}=${word}`,
		product: list({ [name]: [word] }),
		bare: page(`"${name}" = ?`, word),
	});
	return [
		{ name: 'first page', product: list({}), bare: page('1') },
		{
			name: 'a page in the middle',
			product: list({ to }),
			bare: page('"n" < ?', Number(middle.n)),
		},
		...[filter('status', 'FAILED'), filter('workflow', 'SALES'), filter('outcome', 'no-report')],
		{ name: 'a rare term', product: list({ q: digits }), bare: page(`instr("folded", ?) > 0`, digits) },
		{ name: 'a common term', product: list({ q: 'mar' }), bare: page(`instr("folded", 'mar') > 0`) },
		{
			name: 'one call with its events',
			product: () => reads.get(String(middle.id)),
			bare: () => [
				bare.all(`${PAGE} WHERE "id" = ?`, middle.id!),
				bare.all('SELECT * FROM "Event" WHERE "callId" = ? ORDER BY "seq"', middle.id!),
			],
		},
		{
			name: 'stats',
			product: () => reads.stats(),
			bare: () => [
				bare.all('SELECT "status", count(*) FROM "Call" GROUP BY 1'),
				bare.all('SELECT "workflow", count(*) FROM "Call" GROUP BY 1'),
			],
		},
	].map((each) => ({ ...each, size }));
}

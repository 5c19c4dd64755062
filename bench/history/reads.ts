import { openFile } from '#db/file.ts';
import { prismaOver } from '#db/prisma.ts';
import { createCallReads } from '#server/calls/reads.ts';
import { createListCache } from '#server/http/list-answers.ts';
import { openBare } from '#bench/support/bare.ts';
import { newCall } from '#bench/support/http-line.ts';
import { latencies } from '#bench/support/measure.ts';
import { middlePage, openCalls } from '#bench/support/product.ts';
import { compare, printGoal } from '#bench/support/report.ts';
import type { Setup } from '#bench/support/setup.ts';

/** A query, and a change that precedes each run of the query. The change is not measured. */
type Query = [name: string, ask: () => unknown, change?: () => unknown];

const rows = (where: string): string => `SELECT * FROM "Call" WHERE ${where} ORDER BY "n" DESC LIMIT 51`;
const COUNTS = ['status', 'workflow'].map((name) => `SELECT "${name}", count(*) FROM "Call" GROUP BY 1`);

/** Compares the server's reads, run in this process, with bare SQLite on another copy of the file. */
export async function reads(setup: Setup): Promise<void> {
	for (const size of setup.sizes) await readsOf(size, setup);
}

async function readsOf(size: number, { rounds, times, sizes, copy }: Setup): Promise<void> {
	await using productCopy = await copy(size);
	await using bareCopy = await copy(size);
	const [database, bare] = [openFile(productCopy.path), openBare(bareCopy.path)];
	const prisma = await prismaOver(database);
	const reads = createCallReads(database, prisma, Date.now);
	const list = createListCache(reads);
	const calls = openCalls(database);
	const create = () => calls.create(newCall(0));
	/** Compares a query with its peer. Returns how many times as fast as the peer the query is. */
	const speed = async (title: string, peer: Query, query: Query): Promise<number> => {
		const sides = { sides: [peer[0], query[0]], rounds, warmUp: true, peer: peer[0] };
		const { ratio } = await compare(`${size} calls: ${title}`, sides, (side) => {
			const [, ask, change] = side === peer[0] ? peer : query;
			return latencies(times, ask, change);
		});
		return ratio(peer[0], query[0], 'p50 ms');
	};

	const page = middlePage(await reads.list({}));
	const middle = await speed('a page', ['newest', () => reads.list({})], ['in the middle', () => reads.list({ page })]);
	printGoal('a page in the middle, times as fast as the newest', middle, '≥ 0.8 ×');

	const raw: Query = ['raw rows', () => bare.all(rows('1')), () => bare.create(newCall(0))];
	const changed = await speed('the list after a change', raw, ['response', () => list({}), create]);
	printGoal('a changed list, times as fast as raw rows', changed, '≥ 0.3 ×');

	const [call] = (await reads.list({ page })).calls;
	for (const q of [call!.phoneNumber.slice(1), 'absent at all']) {
		const scan: Query = ['scan', () => bare.all(rows('instr("folded", ?) > 0'), q)];
		const search = await speed(`search for “${q}”`, scan, ['search', () => reads.list({ q })]);
		if (size === sizes[1]) printGoal('a rare term, times as fast as a scan', search, '≥ 100 ×');
	}

	const counting: Query = ['counting', () => COUNTS.map((sql) => bare.all(sql))];
	const statistics = await speed('statistics after a change', counting, ['counters', () => reads.stats(), create]);
	if (size === sizes[1]) printGoal('statistics, times as fast as counting', statistics, '≥ 300 ×');

	bare.close();
	await prisma.$disconnect();
	database.close();
}

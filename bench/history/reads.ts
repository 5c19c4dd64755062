import type { CallQuery } from '#contract';
import type { Row } from '#db/database.ts';
import { openFile } from '#db/file.ts';
import { prismaOver } from '#db/prisma.ts';
import { createAnchors } from '#server/calls/at.ts';
import { createCallReads, type CallReads } from '#server/calls/reads.ts';
import { openBare, type Bare } from '#bench/bare/connection.ts';
import { atLeast, type Goal, type Row as ReportRow, type Section } from '#bench/report.ts';
import type { Histories } from './histories.ts';
import type { Options } from './options.ts';
import { productCalls } from './product.ts';
import { measureWays, speedOf, WANTED, type Way } from './ways.ts';

/** The same question asked in several ways; the first is what the others are held against. */
interface Case {
	name: string;
	ways: Record<string, Way>;
	goals?(rows: readonly ReportRow[]): Goal[];
}
const PAGE = 'SELECT * FROM "Call"';
const COUNTS = ['status', 'workflow'].map((name) => `SELECT "${name}", count(*) FROM "Call" GROUP BY 1`);
/** Goals that are of a million. */
const MILLION = 1_000_000;

/** Each read beside the same one on bare SQLite, each side on a file of its own. */
export async function measureReads(options: Options, histories: Histories): Promise<Section[]> {
	const sections: Section[] = [];
	for (const size of options.sizes)
		await histories.copies([size, size], async (bareFile = '', path = '') => {
			const database = openFile(path);
			const bare = openBare(bareFile);
			const prisma = await prismaOver(database);
			try {
				const reads = createCallReads(database, prisma, Date.now);
				const middle = await createAnchors(database).tokenAt({}, '0.5');
				const change = productCalls(database).create;
				const cases = casesFor(size, {
					bare,
					reads,
					middle,
					change: () => change({ ...WANTED, scheduledAt: undefined }),
				});
				for (const { name, ways, goals } of cases) {
					const section = await measureWays(`${size} calls: ${name}`, ways, options);
					section.goals.push(...(goals?.(section.rows) ?? []));
					sections.push(section);
				}
			} finally {
				bare.close();
				await prisma.$disconnect();
				database.close();
			}
		});
	return sections;
}

interface Asked {
	bare: Bare;
	reads: CallReads;
	/** The token of a page in the middle. */
	middle: string | null;
	/** Makes a call, so that what was remembered no longer holds. */
	change(): Promise<unknown>;
}

function casesFor(size: number, { bare, reads, middle, change }: Asked): Case[] {
	const one = (sql: string): Row => bare.all(sql)[0] as Row;
	const { n: last } = one('SELECT max("n") AS "n" FROM "Call"');
	const half = one(`${PAGE} WHERE "n" <= ${Math.floor(Number(last) / 2)} ORDER BY "n" DESC LIMIT 1`);
	const digits = String(half.phoneNumber).slice(3);
	const id = String(half.id);
	const list = (query: CallQuery): Way => ({ ask: () => reads.list(query) });
	const page = (where: string, ...values: (string | number)[]): Way => {
		const sql = `${PAGE} WHERE ${where} ORDER BY "n" DESC LIMIT 51`;
		return { ask: () => bare.all(sql, ...values) };
	};
	const filter = (name: 'status' | 'workflow' | 'outcome', word: string): Case => ({
		name: `${name}=${word}`,
		ways: { bare: page(`"${name}" = ?`, word), product: list({ [name]: [word] }) },
	});
	const rare = (name: string, q: string): Case => ({
		name: `${name}, beside a scan`,
		ways: { scan: page('instr("folded", ?) > 0', q.toLowerCase()), product: list({ q }) },
		goals: (rows) => (size < MILLION ? [] : [atLeast('faster than a scan', speedOf(rows, 'product'), 100)]),
	});
	return [
		{ name: 'first page', ways: { bare: page('1'), product: list({}) } },
		{
			name: 'a page in the middle, by its token',
			ways: {
				'the newest': list({}),
				'in the middle': list(middle === null ? {} : { page: middle }),
				'bare, in the middle': page('"n" <= ?', Number(half.n)),
			},
			goals: (rows) => [atLeast('the speed of the newest page', speedOf(rows, 'in the middle'), 0.8)],
		},
		...[filter('status', 'FAILED'), filter('workflow', 'SALES'), filter('outcome', 'no-report')],
		rare('a number', digits),
		rare('six digits of a number', digits.slice(-6)),
		rare('a text that nobody has', 'nobody at all'),
		{ name: 'a common term', ways: { bare: page(`instr("folded", 'mar') > 0`), product: list({ q: 'mar' }) } },
		{
			name: 'one call with its events',
			ways: {
				bare: {
					ask: () => [
						bare.all(`${PAGE} WHERE "id" = ?`, id),
						bare.all('SELECT * FROM "Event" WHERE "callId" = ? ORDER BY "seq"', id),
					],
				},
				product: { ask: () => reads.get(id) },
			},
		},
		{
			name: `figures, beside counting on ${coverOf(bare)}`,
			ways: {
				counting: { ask: () => COUNTS.map((sql) => bare.all(sql)) },
				'product, after a change': { ask: () => reads.stats(), before: change },
				'product, remembered': { ask: () => reads.stats() },
			},
			goals: (rows) =>
				size < MILLION ? [] : [atLeast('faster than counting', speedOf(rows, 'product, after a change'), 300)],
		},
	];
}

/** What SQLite says that it counts on. */
function coverOf(bare: Bare): string {
	const plans = COUNTS.flatMap((sql) => bare.all(`EXPLAIN QUERY PLAN ${sql}`) as Row[]);
	const covered = plans.every(({ detail }) => String(detail).includes('COVERING INDEX'));
	return covered ? 'covering indexes' : 'the table';
}

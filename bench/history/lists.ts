import { openFile } from '#db/file.ts';
import { prismaOver } from '#db/prisma.ts';
import { createCallReads } from '#server/calls/reads.ts';
import { createListCache } from '#server/http/list-answers.ts';
import { openBare } from '#bench/bare/connection.ts';
import { createBareWrites } from '#bench/bare/writes.ts';
import { atLeast, ratioOf, type Section } from '#bench/report.ts';
import type { Histories } from './histories.ts';
import type { Options } from './options.ts';
import { productCalls } from './product.ts';
import { CALLERS, measureRequests, type Requested } from './servers.ts';
import { measureWays, speedOf, WANTED } from './ways.ts';

const unchanged: Requested = {
	...{ what: 'list', title: `GET /api/calls, unchanged, ${CALLERS} connections`, stacks: ['bare', 'product'] },
	goals({ rows, goals }) {
		goals.push(atLeast('requests a second', ratioOf(rows, 'product', 'requests a second'), 2));
	},
};

/** The first page: unchanged, over HTTP, beside a server that queries each time; changed before each, beside its rows. */
export async function measureLists(options: Options, histories: Histories): Promise<Section[]> {
	const sections = await measureRequests(unchanged, options, histories);
	for (const size of options.sizes)
		await histories.copies([size, size], async (bareFile = '', file = '') => {
			const [bare, database] = [openBare(bareFile), openFile(file)];
			const prisma = await prismaOver(database);
			try {
				const answers = createListCache(createCallReads(database, prisma, Date.now));
				const [writes, calls] = [createBareWrites(bare), productCalls(database)];
				const change = () => calls.create({ ...WANTED, scheduledAt: undefined });
				const page = 'SELECT * FROM "Call" ORDER BY "n" DESC LIMIT 51';
				const ways = {
					'raw rows': {
						ask: () => bare.all(page),
						before: () => Promise.resolve(writes.create([WANTED])),
					},
					'the whole answer, changed': { ask: () => answers({}), before: change },
					'the whole answer, unchanged': { ask: () => answers({}) },
				};
				const section = await measureWays(`${size} calls: the first page in this process`, ways, options);
				section.goals.push(atLeast('the speed of raw rows', speedOf(section.rows, 'the whole answer, changed'), 0.3));
				sections.push(section);
			} finally {
				bare.close();
				await prisma.$disconnect();
				database.close();
			}
		});
	return sections;
}

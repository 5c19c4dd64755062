import { createBook, type Book, type Recordings } from '../record/recording.ts';
import { createExchanges, type Exchanges } from '../stage/exchange.ts';
import { createLife, type Life } from '../stage/life.ts';
import type { Server, Stage } from '../stage/server.ts';

/** One part of the goldens: runs a script against a server of its own, and returns the recordings. */
export type Area = (stage: Stage) => Promise<Recordings>;

export interface Tools {
	server: Server;
	life: Life;
	book: Book;
	exchange: Exchanges;
	routes: readonly string[];
}

/** Returns an area that records all cases of its script in one file. */
export const area =
	(file: string, script: (tools: Tools) => Promise<void>, env: Readonly<Record<string, string>> = {}): Area =>
	({ routes, withServer }) =>
		withServer(env, async (server) => {
			const book = createBook();
			await script({ server, life: createLife(server), book, exchange: createExchanges(server, book), routes });
			return { [file]: book.cases };
		});

/** How many areas run at once. Some areas mostly wait, but more areas would slow each other down. */
const AT_ONCE = 3;

/** Runs all areas, a few at once. Returns their recordings, sorted by file name. */
export async function runAll(areas: readonly Area[], stage: Stage): Promise<Recordings> {
	const left = [...areas];
	const found: [string, Recordings[string]][] = [];
	async function work(): Promise<void> {
		for (let run = left.shift(); run; run = left.shift()) found.push(...Object.entries(await run(stage)));
	}
	await Promise.all(Array.from({ length: AT_ONCE }, work));
	return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

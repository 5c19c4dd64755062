import { createBook, type Book, type Recordings } from '../record/recording.ts';
import { createExchanges, type Exchanges } from '../stage/exchange.ts';
import { createLife, type Life } from '../stage/life.ts';
import type { Server, Stage } from '../stage/server.ts';

/** Runs a script against a server of its own, and returns what it recorded. */
export type Area = (stage: Stage) => Promise<Recordings>;

export interface Tools {
	server: Server;
	life: Life;
	book: Book;
	exchange: Exchanges;
	routes: readonly string[];
}

/** An area whose cases make one file. */
export const area =
	(file: string, script: (tools: Tools) => Promise<void>, env: Readonly<Record<string, string>> = {}): Area =>
	({ routes, withServer }) =>
		withServer(env, async (server) => {
			const book = createBook();
			await script({ server, life: createLife(server), book, exchange: createExchanges(server, book), routes });
			return { [file]: book.cases };
		});

/** Some areas wait most of the time. More than these would slow each other down. */
const AT_ONCE = 3;

/** Runs all areas in their order, a few at once. The files are in order of their names. */
export async function runAll(areas: readonly Area[], stage: Stage): Promise<Recordings> {
	const left = [...areas];
	const found: [string, Recordings[string]][] = [];
	async function work(): Promise<void> {
		for (let run = left.shift(); run; run = left.shift()) found.push(...Object.entries(await run(stage)));
	}
	await Promise.all(Array.from({ length: AT_ONCE }, work));
	return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

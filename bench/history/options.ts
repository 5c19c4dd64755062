import { parseArgs } from 'node:util';
import { numberOf, numbersOf, partsOf } from '#bench/flags.ts';

export const PARTS = [
	...(['reads', 'bounds', 'writes', 'creates', 'lists', 'search', 'sizes', 'export', 'import'] as const),
] as const;
export type Part = (typeof PARTS)[number];

/** How much is measured. */
export interface Options {
	only: readonly Part[];
	/** Calls in the history, one size after the other. */
	sizes: readonly number[];
	/** Of every figure, in turns with what it is held against. */
	rounds: number;
	/** Queries in a round, and writes of each of many callers; a lone one makes ten times as many. */
	times: number;
	/** Of a burst of requests. */
	seconds: number;
	/** The major versions of Node that run the servers of the requests. */
	nodes: readonly number[];
	/** Rows of an import. */
	imported: number;
	/** JSON instead of tables. */
	json: boolean;
}

/** A lone caller is quick: it makes so many times as many. */
export const LONE_TIMES = 10;
/** The major version that runs this. */
const CURRENT = Number.parseInt(process.versions.node, 10);
const LONG: Options = {
	...{ only: PARTS, sizes: [10_000, 100_000, 1_000_000], rounds: 5, times: 60, seconds: 3, imported: 10_000 },
	...{ nodes: [...new Set([CURRENT, 24])], json: false },
};
/** Shows that everything runs, in less than a minute; its figures mean little. */
const SHORT: Options = {
	...LONG,
	...{ sizes: [300], rounds: 2, times: 3, seconds: 0.2, imported: 600, nodes: [CURRENT] },
};
const MOST = 10_000_000;

/** Reads the flags; throws, with a sentence, for one that cannot be used. */
export function readOptions(args: readonly string[]): Options {
	const text = { type: 'string' } as const;
	const flag = { type: 'boolean', default: false } as const;
	const { values } = parseArgs({
		args: [...args],
		options: {
			...{ sizes: text, rounds: text, times: text, seconds: text, node: text, only: text },
			...{ json: flag, short: flag },
		},
	});
	const options: Options = { ...(values.short ? SHORT : LONG), json: values.json };
	if (values.only !== undefined) options.only = partsOf(PARTS, values.only);
	if (values.sizes !== undefined) options.sizes = numbersOf('--sizes', values.sizes, MOST);
	if (values.rounds !== undefined) options.rounds = numberOf('--rounds', values.rounds, 1_000);
	if (values.times !== undefined) options.times = numberOf('--times', values.times, 100_000);
	if (values.seconds !== undefined) options.seconds = numberOf('--seconds', values.seconds, 60, false);
	if (values.node !== undefined) options.nodes = numbersOf('--node', values.node, 99);
	return options;
}

import { parseArgs } from 'node:util';

export const PARTS = ['reads', 'bounds', 'writes'] as const;
export type Part = (typeof PARTS)[number];

/** How much is measured. */
export interface Options {
	only: readonly Part[];
	/** Calls in the history, one size after the other. */
	sizes: readonly number[];
	/** Of every figure, in turns with what it is held against. */
	rounds: number;
	/** Queries in a round, and creates of each caller. */
	times: number;
	/** JSON instead of tables. */
	json: boolean;
}

const LONG: Options = { only: PARTS, sizes: [10_000, 100_000, 1_000_000], rounds: 7, times: 60, json: false };
/** Shows that everything runs, in seconds; its figures mean little. */
const SHORT: Options = { ...LONG, sizes: [300], rounds: 2, times: 3 };

/** Reads the flags; throws, with a sentence, for one that cannot be used. */
export function readOptions(args: readonly string[]): Options {
	const text = { type: 'string' } as const;
	const flag = { type: 'boolean', default: false } as const;
	const { values } = parseArgs({
		args: [...args],
		options: { sizes: text, rounds: text, times: text, only: text, json: flag, short: flag },
	});
	const base = values.short ? SHORT : LONG;
	return {
		only: values.only?.split(',').map(part) ?? base.only,
		sizes: values.sizes?.split(',').map((size) => whole('--sizes', size)) ?? base.sizes,
		rounds: values.rounds === undefined ? base.rounds : whole('--rounds', values.rounds),
		times: values.times === undefined ? base.times : whole('--times', values.times),
		json: values.json,
	};
}

function whole(name: string, value: string): number {
	if (!/^[1-9]\d{0,7}$/.test(value)) throw new RangeError(`${name} takes whole numbers from 1, not ${value}.`);
	return Number(value);
}

function part(name: string): Part {
	const found = PARTS.find((known) => known === name);
	if (!found) throw new RangeError(`--only takes ${PARTS.join(', ')}, not ${name}.`);
	return found;
}

import { parseArgs } from 'node:util';
import { numberOf, numbersOf, partsOf } from './flags.ts';

export const PARTS = ['push', 'webhooks', 'polling', 'return'] as const;
export type Part = (typeof PARTS)[number];

/** How much is measured. */
export interface Options {
	only: readonly Part[];
	/** Clients of the push, one after the other. */
	clients: readonly number[];
	/** Tabs that webhooks are carried to, one after the other. */
	tabs: readonly number[];
	/** Clients that return at once. */
	returning: number;
	/** Tabs that poll. */
	polling: number;
	reps: number;
	/** Of each thing that is measured. */
	seconds: number;
	/** Of polling, which needs some rounds of a second and a half. */
	pollingSeconds: number;
	/** JSON instead of tables. */
	json: boolean;
}

const MOST = 20_000;
const LONG: Options = {
	...{ only: PARTS, clients: [100, 1_000, 3_000, 5_000], tabs: [100, 1_000], returning: 1_000, polling: 100 },
	...{ reps: 3, seconds: 3, pollingSeconds: 12, json: false },
};
/** Shows that everything runs, in less than a minute; its figures mean little. */
const SHORT: Options = {
	...LONG,
	...{ clients: [20], tabs: [20], returning: 50, polling: 20, reps: 1, seconds: 0.3, pollingSeconds: 1.5 },
};

/** Reads the flags; throws, with a sentence, for one that cannot be used. */
export function readOptions(args: readonly string[]): Options {
	const text = { type: 'string' } as const;
	const flag = { type: 'boolean', default: false } as const;
	const { values } = parseArgs({
		args: [...args],
		options: { clients: text, reps: text, seconds: text, only: text, json: flag, short: flag },
	});
	const options: Options = { ...(values.short ? SHORT : LONG), json: values.json };
	if (values.clients !== undefined) {
		const clients = numbersOf('--clients', values.clients, MOST);
		options.clients = options.tabs = clients;
		options.returning = options.polling = Math.max(...clients);
	}
	if (values.reps !== undefined) options.reps = numberOf('--reps', values.reps, MOST);
	if (values.seconds !== undefined) {
		options.seconds = numberOf('--seconds', values.seconds, 60, false);
		options.pollingSeconds = Math.max(options.seconds, SHORT.pollingSeconds);
	}
	if (values.only !== undefined) options.only = partsOf(PARTS, values.only);
	return options;
}

import { parseArgs } from 'node:util';

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
		const clients = values.clients.split(',').map((count) => number('--clients', count));
		options.clients = options.tabs = clients;
		options.returning = options.polling = Math.max(...clients);
	}
	if (values.reps !== undefined) options.reps = number('--reps', values.reps);
	if (values.seconds !== undefined) {
		options.seconds = number('--seconds', values.seconds, 60);
		options.pollingSeconds = Math.max(options.seconds, SHORT.pollingSeconds);
	}
	if (values.only !== undefined) options.only = values.only.split(',').map(part);
	return options;
}

function number(name: string, value: string, most = 20_000): number {
	const given = Number(value);
	const whole = name === '--seconds' || Number.isInteger(given);
	if (!(given > 0 && given <= most && whole))
		throw new RangeError(`${name} takes numbers up to ${most}, not ${value}.`);
	return given;
}

function part(name: string): Part {
	const found = PARTS.find((known) => known === name);
	if (!found) throw new RangeError(`--only takes ${PARTS.join(', ')}, not ${name}.`);
	return found;
}

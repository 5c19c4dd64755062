/** Replaces random values by names: the same value by the same name everywhere. Everything else stays as it is. */
export interface Names {
	/** Replaces `value` by `name` in every later text. */
	know(value: string, name: string): void;
	/** Returns the name of `value`, such as `<call 2>`. A new value gets the next number of its kind. */
	number(kind: string, value: string): string;
	/** Returns the text with names in place of the values. */
	text(text: string): string;
	/** Returns the JSON value with names in all its texts. */
	value(value: unknown): unknown;
}

const DAY_MS = 86_400_000;
const PATTERN = new RegExp(
	[
		String.raw`(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)`,
		String.raw`(?<fileTime>\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ)`,
		String.raw`(?<httpDate>\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT)`,
		String.raw`(?<call>[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})`,
		String.raw`(?<provider>sim_[0-9a-f]{32})`,
		String.raw`(?<webhook>msg_[0-9a-f]{32})`,
		String.raw`(?<request>req_[\w-]{12})`,
		String.raw`(?<=audena_session=)(?<session>[\w-]+)`,
		String.raw`(?<="version":")(?<version>[^"]+)`,
	].join('|'),
	'g',
);
/**
 * Fields that always get a name: their value depends on time, on a key, on the release or on the length of a text.
 */
const BY_FIELD: Readonly<Record<string, string>> = {
	'webhook-signature': '<signature>',
	'content-length': '<length>',
	etag: '<etag>',
	version: '<version>',
};
const PAGE_TOKENS = ['nextPage', 'previousPage'];

/**
 * `start` is the time at which the script's clock starts. A time is named by its distance from `start`, in seconds.
 */
export function createNames(start: number): Names {
	const known = new Map<string, string>();
	const counts = new Map<string, number>();
	/** The known values, the longest first, because a value may begin with a shorter one: a cursor with its epoch. */
	let longestFirst: [value: string, name: string][] = [];

	function know(value: string, name: string): void {
		known.set(value, name);
		longestFirst = [...known].sort(([a], [b]) => b.length - a.length);
	}

	function number(kind: string, value: string): string {
		const before = known.get(value);
		if (before !== undefined) return before;
		const count = (counts.get(kind) ?? 0) + 1;
		counts.set(kind, count);
		const name = `<${kind} ${count}>`;
		know(value, name);
		return name;
	}

	/** Whether a time is within a day of the start. Other times are the script's own and stay unchanged. */
	const near = (at: number): boolean => Math.abs(at - start) < DAY_MS;
	const distance = (at: number): string => `${at < start ? '-' : '+'}${(Math.abs(at - start) / 1_000).toFixed(3)}`;

	function named(found: Partial<Record<string, string>>, match: string): string {
		if (found.time !== undefined) return near(Date.parse(match)) ? `<time ${distance(Date.parse(match))}>` : match;
		if (found.fileTime !== undefined) return '<time in a file name>';
		if (found.httpDate !== undefined) return '<http date>';
		if (found.version !== undefined) return '<version>';
		if (found.request !== undefined) return '<request id>';
		if (found.call !== undefined) return number('call', match);
		if (found.provider !== undefined) return number('provider call', match);
		if (found.webhook !== undefined) return number('webhook', match);
		return number('session', match);
	}

	function text(given: string): string {
		let result = given;
		for (const [value, name] of longestFirst) result = result.replaceAll(value, name);
		return result.replaceAll(PATTERN, (match, ...rest: unknown[]) =>
			named(rest.at(-1) as Partial<Record<string, string>>, match),
		);
	}

	function field(name: string, value: unknown, parent: object): unknown {
		if (typeof value === 'string' && name in BY_FIELD) return BY_FIELD[name];
		if (typeof value === 'string' && PAGE_TOKENS.includes(name)) return number('page', value);
		if (name === 'webhook-timestamp' && typeof value === 'string')
			return `<seconds ${distance(Number(value) * 1_000)}>`;
		// The duration of an attempt is real time, so it varies. The duration of a call follows the script's clock.
		if (name === 'durationMs' && typeof value === 'number' && 'number' in parent) return '<duration>';
		return valueOf(value);
	}

	function valueOf(value: unknown): unknown {
		if (typeof value === 'string') {
			const inner = jsonIn(value);
			return inner === undefined ? text(value) : { '<a text of JSON>': valueOf(inner) };
		}
		if (typeof value === 'number') return value > DAY_MS && near(value) ? `<milliseconds ${distance(value)}>` : value;
		if (Array.isArray(value)) return value.map(valueOf);
		if (typeof value !== 'object' || value === null) return value;
		return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, field(name, inner, value)]));
	}

	return {
		know,
		number,
		text,
		value: valueOf,
	};
}

/** Parses a text that is JSON itself, such as the body of a webhook. Returns undefined for any other text. */
function jsonIn(text: string): unknown {
	if (!/^[[{]/.test(text)) return undefined;
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}

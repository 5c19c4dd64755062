export interface Differences {
	/** One line for each difference that a client could notice. */
	broken: string[];
	/** One line for each rewritten text. */
	words: string[];
}

/** Fields with texts for people. The contract promises a string, but no particular words. */
const WORDS = ['title', 'detail', 'message', 'error'];

/** Returns all differences between two JSON values. Another order of keys is a difference too. */
export function compareValues(path: string, before: unknown, now: unknown, field = ''): Differences {
	if (Array.isArray(before) && Array.isArray(now)) {
		const length =
			before.length === now.length ? none() : broken(`${path} had ${before.length} items, now ${now.length}.`);
		const items = Array.from({ length: Math.min(before.length, now.length) }, (_, i) =>
			compareValues(`${path}[${i}]`, before[i], now[i]),
		);
		return joined([length, ...items]);
	}
	if (isObject(before) && isObject(now)) return compareObjects(path, before, now);
	if (before === now) return none();
	const line = `${path}: was ${shown(before)}, is ${shown(now)}`;
	const areWords = WORDS.includes(field) && typeof before === 'string' && typeof now === 'string';
	return areWords ? { broken: [], words: [line] } : broken(line);
}

function compareObjects(path: string, before: Record<string, unknown>, now: Record<string, unknown>): Differences {
	const [keys, newKeys] = [Object.keys(before), Object.keys(now)];
	const missing = keys.filter((key) => !(key in now));
	const added = newKeys.filter((key) => !(key in before));
	const common = keys.filter((key) => key in now);
	const sameOrder = common.join('\n') === newKeys.filter((key) => key in before).join('\n');
	return joined([
		...missing.map((key) => broken(`${path}.${key} is missing, was ${shown(before[key])}`)),
		...added.map((key) => broken(`${path}.${key} is new: ${shown(now[key])}`)),
		...(sameOrder ? [] : [broken(`${path}: the keys were ${keys.join(', ')}, now ${newKeys.join(', ')}`)]),
		...common.map((key) => compareValues(`${path}.${key}`, before[key], now[key], key)),
	]);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const SHOWN_MAX = 200;
function shown(value: unknown): string {
	const text = JSON.stringify(value);
	return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}

const none = (): Differences => ({ broken: [], words: [] });
const broken = (line: string): Differences => ({ broken: [line], words: [] });
const joined = (all: readonly Differences[]): Differences => ({
	broken: all.flatMap((one) => one.broken),
	words: all.flatMap((one) => one.words),
});

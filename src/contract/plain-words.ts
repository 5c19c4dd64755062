import type { z } from 'zod';

const KINDS: Readonly<Record<string, string>> = {
	array: 'a list',
	boolean: 'true or false',
	int: 'a whole number',
	number: 'a number',
	object: 'an object',
	record: 'an object',
	string: 'text',
};
/** What the size of a value of this kind counts. The size of a number is the number itself. */
const UNITS: Readonly<Record<string, readonly [one: string, more: string]>> = {
	array: ['entry', 'entries'],
	string: ['character', 'characters'],
};
const sized = (limit: string, origin: string, size: number | bigint): string => {
	const [one, more] = UNITS[origin] ?? [];
	if (one === undefined) return `This must be ${limit} ${String(size)}.`;
	return `This must have ${limit} ${String(size)} ${size === 1 ? one : more}.`;
};

const limitOf = (
	{ inclusive = true, exact = false }: { inclusive?: boolean; exact?: boolean },
	within: string,
	beyond: string,
): string => (exact ? 'exactly' : inclusive ? within : beyond);

/** The message of an issue whose schema has none: what the value must be. */
export const plainWords: z.core.$ZodErrorMap = (issue) => {
	switch (issue.code) {
		case 'invalid_type':
			if (issue.input === undefined) return 'This is missing.';
			return `This must be ${KINDS[issue.expected] ?? issue.expected}.`;
		case 'too_small':
			return sized(limitOf(issue, 'at least', 'more than'), issue.origin, issue.minimum);
		case 'too_big':
			return sized(limitOf(issue, 'at most', 'less than'), issue.origin, issue.maximum);
		case 'invalid_value':
			return `Choose one of ${issue.values.map(String).join(', ')}.`;
		default:
			return 'This is invalid.';
	}
};

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
const sized = (least: 'at least' | 'at most', origin: string, size: number | bigint): string => {
	const [one, more] = UNITS[origin] ?? [];
	if (one === undefined) return `This must be ${least} ${String(size)}.`;
	return `This must have ${least} ${String(size)} ${size === 1 ? one : more}.`;
};

/** The message of an issue whose schema has none: what the value must be. Undefined keeps Zod's own. */
export const plainWords: z.core.$ZodErrorMap = (issue) => {
	switch (issue.code) {
		case 'invalid_type':
			if (issue.input === undefined) return 'This is missing.';
			return `This must be ${KINDS[issue.expected] ?? issue.expected}.`;
		case 'too_small':
			return sized('at least', issue.origin, issue.minimum);
		case 'too_big':
			return sized('at most', issue.origin, issue.maximum);
		case 'invalid_value':
			return `Choose one of ${issue.values.map(String).join(', ')}.`;
		default:
			return undefined;
	}
};

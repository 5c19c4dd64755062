import { expect, it } from 'vitest';
import { z } from 'zod';
import { check, errorsOf } from './parse.ts';

const Schema = z.object({
	text: z.string().min(2),
	count: z.int().min(0).max(9),
	share: z.number(),
	on: z.boolean(),
	list: z.array(z.string()).min(1).max(2),
	kind: z.enum(['a', 'b']),
	own: z.string('Write your own.'),
});
const Limits = z.strictObject({
	above: z.number().positive().optional(),
	below: z.number().lt(5).optional(),
	exact: z.string().length(2).optional(),
	email: z.email().optional(),
	either: z.union([z.int(), z.boolean()]).optional(),
});

const messages = (value: unknown, schema: z.ZodType = Schema): Record<string, string> => {
	const { error } = check(schema, value);
	return Object.fromEntries(errorsOf(error!).map(({ path, message }) => [path, message]));
};

it('[L5] every error says in plain words what the value must be', () => {
	expect(messages(null)).toEqual({ '': 'This must be an object.' });
	expect(messages({})).toEqual({
		...Object.fromEntries(['text', 'count', 'share', 'on', 'list'].map((name) => [name, 'This is missing.'])),
		kind: 'Choose one of a, b.',
		own: 'Write your own.',
	});
	expect(messages({ text: 1, count: 1.5, share: '1', on: 'yes', list: {}, kind: 'c', own: 1 })).toEqual({
		text: 'This must be text.',
		count: 'This must be a whole number.',
		share: 'This must be a number.',
		on: 'This must be true or false.',
		list: 'This must be a list.',
		kind: 'Choose one of a, b.',
		own: 'Write your own.',
	});
	expect(messages({ text: 'a', count: -1, share: 1, on: true, list: [], kind: 'a', own: '' })).toEqual({
		text: 'This must have at least 2 characters.',
		count: 'This must be at least 0.',
		list: 'This must have at least 1 entry.',
	});
	expect(messages({ text: 'ab', count: 10, share: 1, on: true, list: ['', '', ''], kind: 'a', own: '' })).toEqual({
		count: 'This must be at most 9.',
		list: 'This must have at most 2 entries.',
	});
});

it('[L5] an error names an exclusive and an exact limit, and fields that are not known', () => {
	const value = { above: 0, below: 5, exact: 'a', email: 'x', either: 'x', more: 1 };
	expect(messages(value, Limits)).toEqual({
		above: 'This must be more than 0.',
		below: 'This must be less than 5.',
		exact: 'This must have exactly 2 characters.',
		email: 'This is invalid.',
		either: 'This is invalid.',
		more: 'This field does not exist here. Leave it out, or correct its name.',
	});
});

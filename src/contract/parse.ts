import type { z } from 'zod';
import { plainWords } from './plain-words.ts';
import { ProblemError } from './problem.ts';

/**
 * Checks a value against a schema. An issue whose schema has no message of its own gets the message of
 * `plainWords`, not Zod's.
 */
export const check = <T extends z.ZodType>(schema: T, value: unknown): z.ZodSafeParseResult<z.infer<T>> =>
	schema.safeParse(value, { error: plainWords });

/** Returns the parsed value. Throws `invalid_input` with every error and its path. */
export function parse<T extends z.ZodType>(schema: T, value: unknown, what = 'The input'): z.infer<T> {
	const result = check(schema, value);
	if (result.success) return result.data;
	throw new ProblemError('invalid_input', `${what} is invalid. Nothing was changed. Its errors say what to change.`, {
		errors: errorsOf(result.error),
	});
}

/**
 * Same as `parse` for a query. A parameter that appears once reports its name as the whole path, without an array
 * index: `status=DONE` reports `status`, not `status.0`.
 */
export function parseQuery<T extends z.ZodType>(
	schema: T,
	query: Readonly<Record<string, unknown>>,
	what = 'The query',
): z.infer<T> {
	const result = check(schema, query);
	if (result.success) return result.data;
	const repeats = (name: string): boolean =>
		Array.isArray(query[name]) && query[name].filter((value) => value !== '').length > 1;
	const errors = errorsOf(result.error).map(({ path, message }) => {
		const [name = ''] = path.split('.');
		return { path: repeats(name) ? path : name, message };
	});
	throw new ProblemError('invalid_input', `${what} is invalid. Its errors say what to change.`, { errors });
}

/** Returns every error with its path, prefixed by `at`. */
export const errorsOf = (error: z.core.$ZodError, at: readonly string[] = []): { path: string; message: string }[] =>
	error.issues.flatMap((issue) => errorsOfIssue(issue, at));

/** Limits the unknown fields that are reported for one object: a body of 1 MB can hold 100,000 of them. */
const UNKNOWN_MAX = 100;

function errorsOfIssue(issue: z.core.$ZodIssue, at: readonly string[]): { path: string; message: string }[] {
	const path = [...at, ...issue.path.map(String)];
	if (issue.code === 'unrecognized_keys')
		return issue.keys.slice(0, UNKNOWN_MAX).map((key) => ({
			path: [...path, key].join('.'),
			message: 'This field does not exist here. Leave it out, or correct its name.',
		}));
	return [{ path: path.join('.'), message: issue.message }];
}

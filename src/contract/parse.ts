import type { z } from 'zod';
import { ProblemError } from './problem.ts';

/** The value as the schema understands it, or `invalid_input` with every error and its path. */
export function parse<T extends z.ZodType>(schema: T, value: unknown, what = 'The input'): z.infer<T> {
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	throw new ProblemError('invalid_input', `${what} is not valid. Nothing was changed.`, {
		errors: errorsOf(result.error),
	});
}

/**
 * The same of a query, which changes nothing. Of a parameter that stands once the name is the whole path: nobody who wrote
 * `status=DONE` knows of a place in a list.
 */
export function parseQuery<T extends z.ZodType>(
	schema: T,
	query: Readonly<Record<string, unknown>>,
	what = 'The query',
): z.infer<T> {
	const result = schema.safeParse(query);
	if (result.success) return result.data;
	const repeats = (name: string): boolean =>
		Array.isArray(query[name]) && query[name].filter((value) => value !== '').length > 1;
	const errors = errorsOf(result.error).map(({ path, message }) => {
		const [name = ''] = path.split('.');
		return { path: repeats(name) ? path : name, message };
	});
	throw new ProblemError('invalid_input', `${what} is not valid. Its errors say what to change.`, { errors });
}

/** Every error with its path, below `at` where the value stands there. */
export const errorsOf = (error: z.core.$ZodError, at: readonly string[] = []): { path: string; message: string }[] =>
	error.issues.flatMap((issue) => errorsOfIssue(issue, at));

/** So many fields that nobody knows are named of one object: a body of a megabyte may hold a hundred thousand. */
const UNKNOWN_MAX = 100;

function errorsOfIssue(issue: z.core.$ZodIssue, at: readonly string[]): { path: string; message: string }[] {
	const path = [...at, ...issue.path.map(String)];
	if (issue.code === 'unrecognized_keys')
		return issue.keys
			.slice(0, UNKNOWN_MAX)
			.map((key) => ({ path: [...path, key].join('.'), message: 'There is no such field.' }));
	return [{ path: path.join('.'), message: issue.message }];
}

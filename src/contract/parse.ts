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

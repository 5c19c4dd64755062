import { errorsOf, NewCall, ProblemError } from '#contract';
import type { CallRequest } from './commands.ts';
import { normalisePhone } from './phone.ts';

/** The request as it is kept, or null where its number is not possible. */
export function checked(wanted: NewCall): CallRequest | null {
	const phoneNumber = normalisePhone(wanted.phoneNumber);
	if (phoneNumber === null) return null;
	const { customerName, workflow, scheduledAt, scenario, run } = wanted;
	return {
		customerName,
		phoneNumber,
		workflow,
		scheduledAt: scheduledAt == null ? null : Date.parse(scheduledAt),
		scenario: scenario ?? null,
		run: run ?? null,
	};
}

/** A field that is wrong: its path, and what to do. */
interface FieldError {
	path: string;
	message: string;
}

/** What is wrong with a number that is not possible, below the path `at`. */
export const numberError = (at: readonly string[] = []): FieldError => ({
	path: [...at, 'phoneNumber'].join('.'),
	message: 'Not a possible international number. Give it with + and its country code, such as +12025550100.',
});

/**
 * What the schema says of a request that it refuses, below the path `at`, and whether its number is possible: the schema
 * does not know, and nobody shall mend twice.
 */
export function errorsIn(
	value: unknown,
	error: Parameters<typeof errorsOf>[0],
	at: readonly string[] = [],
): FieldError[] {
	const errors = errorsOf(error, at);
	const ofNumber = numberError(at);
	const number = (value as { phoneNumber?: unknown } | null | undefined)?.phoneNumber;
	if (typeof number !== 'string' || errors.some(({ path }) => path === ofNumber.path)) return errors;
	return normalisePhone(number.trim()) === null ? [...errors, ofNumber] : errors;
}

/** A request for a call as it arrived; throws `invalid_input` with every error. Its number is looked at when it is made. */
export function wantedCall(value: unknown): NewCall {
	const { data, error } = NewCall.safeParse(value);
	if (data) return data;
	throw new ProblemError('invalid_input', 'The call is not valid. Nothing was changed.', {
		errors: errorsIn(value, error),
	});
}

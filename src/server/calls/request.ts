import { check, errorsOf, NewCall, ProblemError } from '#contract';
import type { CallRequest } from './commands.ts';
import { readPhone } from './phone.ts';

/** A field error: its path, and what to do. */
export interface FieldError {
	path: string;
	message: string;
}

/**
 * Returns the request as it is stored, or the error of its phone number. `at` is the path of the request in its
 * body.
 */
export function validateCall(
	wanted: NewCall,
	at: readonly string[] = [],
): { request: CallRequest; error?: never } | { request?: never; error: FieldError } {
	const { e164, error } = readPhone(wanted.phoneNumber);
	if (error !== undefined) return { error: { path: pathOfNumber(at), message: error } };
	const { customerName, workflow, scheduledAt, scenario, run } = wanted;
	return {
		request: {
			customerName,
			phoneNumber: e164,
			workflow,
			scheduledAt: scheduledAt == null ? null : Date.parse(scheduledAt),
			scenario: scenario ?? null,
			run: run ?? null,
		},
	};
}

const pathOfNumber = (at: readonly string[]): string => [...at, 'phoneNumber'].join('.');

/**
 * Returns the schema's errors for a rejected request, and the error of its phone number. The schema does not check
 * the number, but all errors must be reported together. `at` is the path of the request in its body.
 */
export function errorsIn(
	value: unknown,
	error: Parameters<typeof errorsOf>[0],
	at: readonly string[] = [],
): FieldError[] {
	const errors = errorsOf(error, at);
	const path = pathOfNumber(at);
	const number = (value as { phoneNumber?: unknown } | null | undefined)?.phoneNumber;
	if (typeof number !== 'string' || errors.some((one) => one.path === path)) return errors;
	const { error: message } = readPhone(number);
	return message === undefined ? errors : [...errors, { path, message }];
}

/**
 * Parses a request for a call. Throws `invalid_input` with every error. If the schema accepts the request, its
 * phone number is checked later, when the call is created.
 */
export function parseNewCall(value: unknown): NewCall {
	const { data, error } = check(NewCall, value);
	if (data) return data;
	throw new ProblemError('invalid_input', 'The call is invalid. Nothing was changed. Its errors say what to change.', {
		errors: errorsIn(value, error),
	});
}

import { localTime } from '#lib/time/local-time.ts';
import type { ReadTime } from '#lib/time/wall-time.ts';

/**
 * The values of the field `when`. This file describes the form as sent without a script, and the server's
 * response.
 */
export const WHENS = ['now', 'soon', 'pick'] as const;
export type When = (typeof WHENS)[number];

export type Field = 'customerName' | 'phoneNumber' | 'workflow' | 'scheduledAt';
export type Errors = { [F in Field]?: string | undefined };

export interface Values {
	customerName: string;
	country: string;
	phoneNumber: string;
	workflow: string;
	when: When;
	/** The value of a datetime-local field. */
	scheduledAt: string;
}

export interface FormAnswer {
	values: Values;
	errors: Errors;
	/** The server's error if it concerns no field. */
	problem: string | null;
}

/** The delay of the choice "In 5 minutes", in milliseconds. */
export const SOON_MS = 5 * 60_000;

/** Returns true for a field that can show errors. The country field, for example, cannot. */
export const isField = (path: string): path is Field =>
	path === 'customerName' || path === 'phoneNumber' || path === 'workflow' || path === 'scheduledAt';

/** Maps the server's `errors[].path` to fields, keeping the first message for each. */
export function byField(errors: readonly { path: string; message: string }[]): Errors {
	const found: Errors = {};
	for (const { path, message } of errors) {
		const field = path.split('.')[0] ?? path;
		if (isField(field)) found[field] ??= message;
	}
	return found;
}

/**
 * Returns when the call is due, in UTC. Returns null for a call that starts at once, and for a time that `read`
 * cannot interpret. `read` interprets the time in the field's zone.
 */
export function dueAt(
	{ when, scheduledAt }: Pick<Values, 'when' | 'scheduledAt'>,
	now: number,
	read: (text: string) => ReadTime = localTime,
): string | null {
	if (when === 'soon') return new Date(now + SOON_MS).toISOString();
	const time = when === 'pick' ? read(scheduledAt) : null;
	return time && !('missing' in time) ? time.at.toISOString() : null;
}

import { localTime } from '#lib/time/local-time.ts';
import type { ReadTime } from '#lib/time/wall-time.ts';

/** The form as it travels when there is no script: its fields, and what the server found wrong with them. */
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
	/** Of a datetime-local field. */
	scheduledAt: string;
}

export interface FormAnswer {
	values: Values;
	errors: Errors;
	/** What the server said when it was not about a field. */
	problem: string | null;
}

/** How far "in 5 minutes" is. */
export const SOON_MS = 5 * 60_000;

/** The name of a field whose faults are told, and not of its country, say. */
export const isField = (path: string): path is Field =>
	path === 'customerName' || path === 'phoneNumber' || path === 'workflow' || path === 'scheduledAt';

/** The server's `errors[].path` beside the fields; the first word on each. */
export function byField(errors: readonly { path: string; message: string }[]): Errors {
	const found: Errors = {};
	for (const { path, message } of errors) {
		const field = path.split('.')[0] ?? path;
		if (isField(field)) found[field] ??= message;
	}
	return found;
}

/** When the call is due, in UTC; null is at once, and for a time that `checkTime` refuses. `read` knows the field's zone. */
export function dueAt(
	{ when, scheduledAt }: Pick<Values, 'when' | 'scheduledAt'>,
	now: number,
	read: (text: string) => ReadTime = localTime,
): string | null {
	if (when === 'soon') return new Date(now + SOON_MS).toISOString();
	const time = when === 'pick' ? read(scheduledAt) : null;
	return time && !('missing' in time) ? time.at.toISOString() : null;
}

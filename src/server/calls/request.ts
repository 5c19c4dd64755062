import type { NewCall } from '#contract';
import type { CallRequest } from './commands.ts';
import { normalisePhone } from './phone.ts';

/** The request as it is kept, or null where its number is not possible. */
export function checked({ scheduledAt, scenario, run, ...request }: NewCall): CallRequest | null {
	const phoneNumber = normalisePhone(request.phoneNumber);
	if (phoneNumber === null) return null;
	return {
		...request,
		phoneNumber,
		scheduledAt: scheduledAt == null ? null : Date.parse(scheduledAt),
		scenario: scenario ?? null,
		run: run ?? null,
	};
}

/** What is wrong with a number that is not possible, below the path `at`. */
export const numberError = (at: readonly string[] = []): { path: string; message: string } => ({
	path: [...at, 'phoneNumber'].join('.'),
	message: 'Not a possible international number. Give it with + and its country code, such as +12025550100.',
});

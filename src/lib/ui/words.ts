import type { Call } from '#contract';

export const WORKFLOW_WORDS: Readonly<Record<Call['workflow'], string>> = {
	SUPPORT: 'Support',
	SALES: 'Sales',
	REMINDER: 'Reminder',
};
export const STATUS_WORDS: Readonly<Record<Call['status'], string>> = {
	PENDING: 'Pending',
	COMPLETED: 'Completed',
	FAILED: 'Failed',
};

/** For example `1 call` or `18,211 calls`, with the locale's thousands separator. */
export const calls = (count: number, locale: string): string =>
	`${count.toLocaleString(locale)} ${count === 1 ? 'call' : 'calls'}`;
/** For example `3 new calls` or `20,000+ new calls`. */
export const newCalls = (count: number, locale: string, more = false): string =>
	`${count.toLocaleString(locale)}${more ? '+' : ''} new ${count === 1 ? 'call' : 'calls'}`;

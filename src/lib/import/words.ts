import type { Field } from './columns.ts';

/** What the columns are called on the page. */
export const FIELD_WORDS: Readonly<Record<Field, string>> = {
	customerName: 'Customer name',
	phoneNumber: 'Phone number',
	workflow: 'Workflow',
	scheduledAt: 'Scheduled for',
	scenario: 'Scenario',
	run: 'Run',
};

/** `1 row`, `18,211 rows`. */
export const rowsOf = (count: number, locale: string): string =>
	`${count.toLocaleString(locale)} ${count === 1 ? 'row' : 'rows'}`;

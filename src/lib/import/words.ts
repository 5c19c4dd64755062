import type { NewCall } from '#contract';
import type { Field } from './columns.ts';

/** The fields' names on the page. */
export const FIELD_WORDS: Readonly<Record<Field, string>> = {
	customerName: 'Customer name',
	phoneNumber: 'Phone number',
	workflow: 'Workflow',
	scheduledAt: 'Scheduled for',
	scenario: 'Scenario',
	run: 'Run',
};

/** For example `1 row` or `18,211 rows`. */
export const rowsOf = (count: number, locale: string): string =>
	`${count.toLocaleString(locale)} ${count === 1 ? 'row' : 'rows'}`;

/** For example `1 row has errors` or `3 rows have errors`. */
export const errorsWords = (count: number, locale: string): string =>
	`${rowsOf(count, locale)} ${count === 1 ? 'has' : 'have'} errors`;

/** For example `1 row is valid, 30 rows have errors.` */
export const foundWords = (right: number, wrong: number, locale: string): string =>
	`${rowsOf(right, locale)} ${right === 1 ? 'is' : 'are'} valid, ${errorsWords(wrong, locale)}.`;

const NAMED = 12;

/** For example `Unused columns: Notes, Owner.` A file may have hundreds of columns, so only the first are named. */
export function unusedWords(names: readonly string[], locale: string): string {
	const more = names.length - NAMED;
	const others = more > 0 ? ` and ${more.toLocaleString(locale)} more` : '';
	return `Unused columns: ${names.slice(0, NAMED).join(', ')}${others}.`;
}

/**
 * For example `no-answer` or `busy, delayMs 5000`. JSON from a cell is unchecked here, so its values may have any type.
 */
export const scenarioWords = (scenario: NonNullable<NewCall['scenario']>): string =>
	typeof scenario === 'string'
		? scenario
		: Object.entries(scenario)
				.map(([name, value]) => (name === 'outcome' ? String(value) : `${name} ${String(value)}`))
				.join(', ');

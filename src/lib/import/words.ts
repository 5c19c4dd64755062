import type { NewCall } from '#contract';
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

const are = (count: number): string => (count === 1 ? 'is' : 'are');

/** `1 row is right, 30 are not.` */
export const foundWords = (right: number, wrong: number, locale: string): string =>
	`${rowsOf(right, locale)} ${are(right)} right, ${wrong.toLocaleString(locale)} ${are(wrong)} not.`;

const NAMED = 12;

/** `Not used: Notes, Owner.` A file may have hundreds of columns, so only the first are named. */
export function unusedWords(names: readonly string[], locale: string): string {
	const more = names.length - NAMED;
	const others = more > 0 ? ` and ${more.toLocaleString(locale)} more` : '';
	return `Not used: ${names.slice(0, NAMED).join(', ')}${others}.`;
}

/** `no-answer`, `busy, delayMs 5000`: of JSON that a cell holds nobody here has checked anything. */
export const scenarioWords = (scenario: NonNullable<NewCall['scenario']>): string =>
	typeof scenario === 'string'
		? scenario
		: Object.entries(scenario)
				.map(([name, value]) => (name === 'outcome' ? String(value) : `${name} ${String(value)}`))
				.join(', ');

import type { NewCall } from '#contract';
import { unguarded } from '#contract/csv.ts';
import { scenarioErrors } from '#contract/scenario.ts';
import { RUN_MAX, SCENARIO_NAMES, WORKFLOWS } from '#contract/words.ts';
import type { Composed } from '#lib/phone/types.ts';
import { charactersIn, checkName, unshown } from '#lib/request/checks.ts';
import type { Columns, Field } from './columns.ts';

/** How a row is understood. */
export interface Plan {
	columns: Columns;
	/** For rows of a file without such a column. */
	workflow: NewCall['workflow'];
	run: string;
	/** Numbers without + are of this country. */
	country: string;
}

export interface RowError {
	/** Null: the row as a whole. */
	field: Field | null;
	message: string;
}

export type Checked = { call: NewCall; errors?: never } | { call?: never; errors: RowError[] };

/** The call that a row asks for, or everything that is wrong with it. `compose` knows phone numbers. */
export function checkRow(
	cells: readonly string[],
	plan: Plan,
	compose: (typed: string, country: string) => Composed,
): Checked {
	const errors: RowError[] = [];
	const wrong = (field: Field, message: string): void => void errors.push({ field, message });
	const cell = (field: Field): string | null => {
		const at = plan.columns[field];
		return at === null ? null : unguarded(cells[at] ?? '').trim();
	};

	const customerName = cell('customerName') ?? '';
	const name = checkName(customerName);
	if (name) wrong('customerName', name);

	// A spreadsheet may have left its mark for text.
	const typed = (cell('phoneNumber') ?? '').replace(/^'+/, '');
	const number = /^\d+([.,]\d+)?E\+?\d+$/i.test(typed)
		? { error: 'A spreadsheet has shortened this number. Format its column as text there.' }
		: compose(typed, plan.country);
	if (number.error !== undefined) wrong('phoneNumber', number.error);

	const word = cell('workflow');
	const workflow = word === null ? plan.workflow : WORKFLOWS.find((one) => one === word.toUpperCase());
	if (workflow === undefined)
		wrong('workflow', word === '' ? `No workflow. Use ${OR_WORKFLOW}.` : `Not a workflow. Use ${OR_WORKFLOW}.`);

	const at = cell('scheduledAt') ?? '';
	const scheduledAt = at === '' ? null : timeOf(at);
	if (scheduledAt === undefined) wrong('scheduledAt', 'Give a time with its zone, such as 2026-11-22T15:30:00Z.');

	const said = cell('scenario') ?? '';
	const scenario = said === '' ? null : scenarioOf(said);
	if (scenario === undefined) wrong('scenario', `Not a scenario. Use one of ${SCENARIO_NAMES.join(', ')}.`);
	else if (scenario !== null)
		for (const { path, message } of scenarioErrors(scenario))
			wrong('scenario', path.length === 0 ? message : `${path.join('.')}: ${message}`);

	const run = cell('run') ?? plan.run.trim();
	if (charactersIn(run) > RUN_MAX)
		wrong('run', `Too long. ${RUN_MAX} characters at most, this is ${charactersIn(run)}.`);
	else {
		const why = unshown('run', run);
		if (why) wrong('run', why);
	}

	if (errors.length > 0 || number.error !== undefined || workflow === undefined) return { errors };
	return {
		call: {
			...{ customerName, phoneNumber: number.e164, workflow },
			...(scheduledAt ? { scheduledAt } : {}),
			...(scenario ? { scenario } : {}),
			...(run === '' ? {} : { run }),
		},
	};
}

const OR_WORKFLOW = `${WORKFLOWS.slice(0, -1).join(', ')} or ${WORKFLOWS.at(-1) ?? ''}`;

const isDay = (day: string): boolean => !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day);

function timeOf(text: string): string | undefined {
	const [, day] = /^(\d{4}-\d\d-\d\d)[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/i.exec(text) ?? [];
	// `Date.parse` takes the 30th of February for the 2nd of March.
	if (day === undefined || !isDay(day)) return undefined;
	const ms = Date.parse(text.replace(' ', 'T'));
	return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}

/** A name, or parameters as JSON, as an export writes them. */
function scenarioOf(text: string): NewCall['scenario'] | undefined {
	const name = SCENARIO_NAMES.find((one) => one === text.toLowerCase());
	if (name || !text.startsWith('{')) return name;
	try {
		return JSON.parse(text) as NewCall['scenario'];
	} catch {
		return undefined;
	}
}

import type { NewCall } from '#contract';
import { scenarioErrors } from '#contract/scenario.ts';
import { RUN_MAX, SCENARIO_NAMES, WORKFLOWS } from '#contract/words.ts';
import type { LostPlus } from '#lib/phone/lost-plus.ts';
import { charactersIn, checkName, unshown } from '#lib/request/checks.ts';
import { cellOf, type Columns, type Field } from './columns.ts';
import { numberOf, type LostPlusChoice, type PhoneCode } from './number.ts';
import { timeOf } from './time.ts';

/** How rows are interpreted. */
export interface Plan {
	columns: Columns;
	/** The workflow of every row if the file has no column for it. */
	workflow: NewCall['workflow'];
	run: string;
	/** The country of numbers without a +. */
	country: string;
	lostPlus: LostPlusChoice;
}

export interface RowError {
	/** Null if the error concerns the whole row. */
	field: Field | null;
	message: string;
	/** The possible readings of the number, if a choice for the whole file fixes the error. */
	unclear?: LostPlus;
}

export type Checked = { call: NewCall; errors?: never } | { call?: never; errors: RowError[] };

/** Returns the call of a row, or all its errors. */
export function checkRow(cells: readonly string[], plan: Plan, phones: PhoneCode): Checked {
	const errors: RowError[] = [];
	const wrong = (field: Field, message: string): void => void errors.push({ field, message });
	const cell = (field: Field): string | null => {
		const column = plan.columns[field];
		return column === null ? null : cellOf(cells, field, column);
	};

	const customerName = cell('customerName') ?? '';
	const name = checkName(customerName);
	if (name) wrong('customerName', name);

	const number = numberOf(cell('phoneNumber') ?? '', plan, phones);
	if (number.error !== undefined)
		errors.push({
			field: 'phoneNumber',
			message: number.error,
			...(number.unclear ? { unclear: number.unclear } : {}),
		});

	const word = cell('workflow');
	const workflow = word === null ? plan.workflow : WORKFLOWS.find((one) => one === word.toUpperCase());
	if (workflow === undefined)
		wrong('workflow', word === '' ? `No workflow. Use ${OR_WORKFLOW}.` : `Unknown workflow. Use ${OR_WORKFLOW}.`);

	const at = cell('scheduledAt') ?? '';
	const time = at === '' ? null : timeOf(at);
	if (time?.error !== undefined) wrong('scheduledAt', time.error);

	const said = cell('scenario') ?? '';
	const scenario = said === '' ? null : scenarioOf(said);
	if (scenario === undefined) wrong('scenario', `Unknown scenario. Use one of ${SCENARIO_NAMES.join(', ')}.`);
	else if (scenario !== null)
		for (const { path, message } of scenarioErrors(scenario))
			wrong('scenario', path.length === 0 ? message : `${path.join('.')}: ${message}`);

	const run = cell('run') ?? plan.run.trim();
	if (charactersIn(run) > RUN_MAX) wrong('run', `Too long: ${charactersIn(run)} characters. Use at most ${RUN_MAX}.`);
	else {
		const why = unshown('run', run);
		if (why) wrong('run', why);
	}

	if (errors.length > 0 || number.error !== undefined || workflow === undefined) return { errors };
	return {
		call: {
			customerName,
			phoneNumber: number.e164,
			workflow,
			...(time?.at === undefined ? {} : { scheduledAt: time.at }),
			...(scenario ? { scenario } : {}),
			...(run === '' ? {} : { run }),
		},
	};
}

const OR_WORKFLOW = `${WORKFLOWS.slice(0, -1).join(', ')} or ${WORKFLOWS.at(-1) ?? ''}`;

/** Reads a scenario's name, or its parameters as JSON, in the format of an export. */
function scenarioOf(text: string): NewCall['scenario'] | undefined {
	const name = SCENARIO_NAMES.find((one) => one === text.toLowerCase());
	if (name || !text.startsWith('{')) return name;
	try {
		return JSON.parse(text) as NewCall['scenario'];
	} catch {
		return undefined;
	}
}

import { ENDINGS, SCENARIO_NAMES } from './words.ts';

/** The outcomes of a call that was answered: only these have talk. */
const ANSWERED: readonly unknown[] = ['completed', 'dropped'];
/** The longest delay that a call may ask for: a day. */
export const SCENARIO_MS_MAX = 86_400_000;

const FIELDS: readonly string[] = ['outcome', 'delayMs', 'talkMs'];
/** A body of a megabyte may hold a hundred thousand unknown fields. */
const UNKNOWN_MAX = 100;

export interface ScenarioError {
	/** Below the scenario; empty for the scenario as a whole. */
	path: string[];
	/** What is wrong, and what to do. */
	message: string;
}

/**
 * Everything that is wrong with a scenario. Chosen times are kept exactly, so those that cannot be kept are refused.
 * Every door uses this one function: REST, batch, `send-call` and the import. It needs no Zod, so the browser runs it too.
 */
export function scenarioErrors(value: unknown): ScenarioError[] {
	if (typeof value === 'string' && SCENARIO_NAMES.some((name) => name === value)) return [];
	if (typeof value !== 'object' || value === null || Array.isArray(value))
		return [
			{ path: [], message: `Choose one of ${SCENARIO_NAMES.join(', ')}, or give { outcome, delayMs?, talkMs? }.` },
		];
	const { outcome, delayMs, talkMs } = value as Record<string, unknown>;
	const isEnding = ENDINGS.some((ending) => ending === outcome);
	const errors: ScenarioError[] = Object.keys(value)
		.filter((key) => !FIELDS.includes(key))
		.slice(0, UNKNOWN_MAX)
		.map((key) => ({ path: [key], message: 'There is no such field.' }));
	if (!isEnding) errors.push({ path: ['outcome'], message: `Choose one of ${ENDINGS.join(', ')}.` });
	for (const [name, ms] of Object.entries({ delayMs, talkMs }))
		if (ms !== undefined && !isMilliseconds(ms))
			errors.push({
				path: [name],
				message: `${name} must be a whole number of milliseconds from 0 to ${SCENARIO_MS_MAX}.`,
			});
	if (talkMs !== undefined && isEnding && !ANSWERED.includes(outcome))
		errors.push({ path: ['talkMs'], message: `A call that ends as ${String(outcome)} has no talk. Leave talkMs out.` });
	else if (isMilliseconds(talkMs) && isMilliseconds(delayMs) && talkMs > delayMs)
		errors.push({
			path: ['talkMs'],
			message: `Talk is the last part of the delay: talkMs is at most delayMs, which is ${delayMs}.`,
		});
	return errors;
}

const isMilliseconds = (value: unknown): value is number =>
	Number.isInteger(value) && (value as number) >= 0 && (value as number) <= SCENARIO_MS_MAX;

import { ENDINGS, SCENARIO_NAMES } from './words.ts';

/** Outcomes of answered calls. Only these calls have talk time. */
const ANSWERED: readonly unknown[] = ['completed', 'dropped'];
/** The longest delay that a call may request: one day. */
export const SCENARIO_MS_MAX = 86_400_000;

const FIELDS: readonly string[] = ['outcome', 'delayMs', 'talkMs'];
/** Limits the reported errors: a body of 1 MB can hold 100,000 unknown fields. */
const UNKNOWN_MAX = 100;

export interface ScenarioError {
	/** Relative to the scenario. Empty for the scenario as a whole. */
	path: string[];
	/** What is wrong, and what to do. */
	message: string;
}

/**
 * Returns every error of a scenario. The provider keeps chosen times exactly, so impossible times are rejected. REST,
 * batch, `send-call` and the import share this function. Free of Zod, so the browser runs it too.
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
		.map((key) => ({
			path: [key],
			message: 'This field does not exist. Leave it out, or use outcome, delayMs or talkMs.',
		}));
	if (!isEnding) errors.push({ path: ['outcome'], message: `Choose one of ${ENDINGS.join(', ')}.` });
	for (const [name, ms] of Object.entries({ delayMs, talkMs }))
		if (ms !== undefined && !isMilliseconds(ms))
			errors.push({
				path: [name],
				message: `${name} must be a whole number of milliseconds from 0 to ${SCENARIO_MS_MAX}.`,
			});
	if (talkMs !== undefined && isEnding && !ANSWERED.includes(outcome))
		errors.push({ path: ['talkMs'], message: `A call that ends as ${String(outcome)} has no talk. Omit talkMs.` });
	else if (isMilliseconds(talkMs) && isMilliseconds(delayMs) && talkMs > delayMs)
		errors.push({
			path: ['talkMs'],
			message: `Talk is the last part of the delay: talkMs must be at most delayMs, which is ${delayMs}.`,
		});
	return errors;
}

const isMilliseconds = (value: unknown): value is number =>
	Number.isInteger(value) && (value as number) >= 0 && (value as number) <= SCENARIO_MS_MAX;

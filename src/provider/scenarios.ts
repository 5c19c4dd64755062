import type { Ending, PlannedReport, Scenario, Settings } from '#contract';
import type { Dice } from './dice.ts';

/** A scenario by name: how the call ends, and the factor by which the drawn delay is multiplied. */
interface NamedScenario {
	outcome: Ending;
	factor: number;
}

/** The scenarios that a call can request by name. */
export const SCENARIOS: Readonly<Record<Extract<Scenario, string>, NamedScenario>> = {
	completed: { outcome: 'completed', factor: 1 },
	busy: { outcome: 'busy', factor: 1 },
	'no-answer': { outcome: 'no-answer', factor: 1 },
	failed: { outcome: 'failed', factor: 1 },
	dropped: { outcome: 'dropped', factor: 1 },
	canceled: { outcome: 'canceled', factor: 1 },
	/** Ten times the delay, then completed. */
	slow: { outcome: 'completed', factor: 10 },
	/** Refused before anything is planned (simulator.ts). */
	'provider-down': { outcome: 'failed', factor: 1 },
};

/** Shares of the failure outcomes if the outcome is drawn. `dropped` happens only in a chosen scenario. */
const FAILURES: readonly [Ending, share: number][] = [
	['no-answer', 0.5],
	['busy', 0.3],
	['failed', 0.2],
];

/** When each phase begins, as shares of the whole delay. The last phase lasts until the final status. */
const SHARES: Readonly<Record<Ending, readonly [phase: 'INITIATED' | 'RINGING' | 'IN_PROGRESS', from: number][]>> = {
	completed: [
		['INITIATED', 0.1],
		['RINGING', 0.18],
		['IN_PROGRESS', 0.48],
	],
	busy: [['INITIATED', 0.3]],
	'no-answer': [
		['INITIATED', 0.1],
		['RINGING', 0.18],
	],
	failed: [
		['INITIATED', 0.1],
		['RINGING', 0.2],
	],
	dropped: [
		['INITIATED', 0.1],
		['RINGING', 0.18],
		['IN_PROGRESS', 0.48],
	],
	canceled: [
		['INITIATED', 0.15],
		['RINGING', 0.3],
	],
};

/**
 * Pure: plans the reports that a call will send, in order, the final status last. Times are in milliseconds at the
 * settings' speed. Chosen times are exact: the talk is the last `talkMs` of the delay, and the earlier phases share the
 * rest.
 */
export function planCall(scenario: Scenario | null, settings: Settings, dice: Dice): PlannedReport[] {
	const course = courseOf(scenario, settings, dice);
	const jitter = dice() * 0.06;
	const shares = SHARES[course.ending].map(([phase, from]) => ({ phase, from: from + jitter }));
	const answer = shares.find(({ phase }) => phase === 'IN_PROGRESS')?.from;
	const scaled = (ms: number): number => Math.round(ms / settings.speed);
	const { ending, talkMs } = course;
	const delayMs = scaled(course.delayMs ?? unchosenDelay(course, answer));
	const untilAnswerMs = talkMs === undefined ? undefined : delayMs - scaled(talkMs);
	const stretch = untilAnswerMs === undefined || answer === undefined ? delayMs : untilAnswerMs / answer;
	const reports: PlannedReport[] = shares.map(({ phase, from }) => ({
		afterMs: Math.round(stretch * from),
		phase,
		status: 'PENDING',
		outcome: null,
		durationMs: null,
	}));
	const answeredAfterMs = answer === undefined ? undefined : reports.at(-1)?.afterMs;
	reports.push({
		afterMs: delayMs,
		phase: 'ENDED',
		status: ending === 'completed' ? 'COMPLETED' : 'FAILED',
		outcome: ending,
		durationMs: answeredAfterMs === undefined ? null : delayMs - answeredAfterMs,
	});
	return reports;
}

interface Course {
	ending: Ending;
	/** As chosen, before the division by `speed`. */
	delayMs?: number | undefined;
	talkMs?: number | undefined;
	/** The drawn delay, times the factor of a named scenario. Used if the request chose no delay. */
	drawnMs: number;
}

/**
 * Returns the delay of a call that requested no delay. With a requested talk, the call still rings for its usual
 * time before the talk.
 */
const unchosenDelay = ({ drawnMs, talkMs = 0 }: Course, answer = 0): number =>
	Math.max(drawnMs, talkMs + drawnMs * answer);

function courseOf(scenario: Scenario | null, { delayMs: { min, max }, failRate }: Settings, dice: Dice): Course {
	// All draws are always made, so that a scenario does not change the draws after it.
	const drawnMs = min + dice() * (max - min);
	const fails = dice() < failRate;
	const failure = pick(FAILURES, dice());
	if (scenario === null) return { ending: fails ? failure : 'completed', drawnMs };
	if (typeof scenario === 'string') {
		const { outcome, factor } = SCENARIOS[scenario];
		return { ending: outcome, drawnMs: drawnMs * factor };
	}
	return { ending: scenario.outcome, delayMs: scenario.delayMs, talkMs: scenario.talkMs, drawnMs };
}

function pick<T>(shares: readonly [T, number][], draw: number): T {
	let sum = 0;
	for (const [value, share] of shares) {
		sum += share;
		if (draw < sum) return value;
	}
	return shares[0]![0];
}

import type { Ending, PlannedReport, Scenario, Settings } from '#contract';
import type { Dice } from './dice.ts';

/** How a call goes when nobody gave its times: the factor stretches the drawn delay. */
interface NamedScenario {
	outcome: Ending;
	factor: number;
}

/** The scenarios that a call can ask for by name. */
export const SCENARIOS: Readonly<Record<Extract<Scenario, string>, NamedScenario>> = {
	completed: { outcome: 'completed', factor: 1 },
	busy: { outcome: 'busy', factor: 1 },
	'no-answer': { outcome: 'no-answer', factor: 1 },
	failed: { outcome: 'failed', factor: 1 },
	canceled: { outcome: 'canceled', factor: 1 },
	/** Ten times the delay, then completed. */
	slow: { outcome: 'completed', factor: 10 },
	/** Refused before anything is planned (simulator.ts). */
	'provider-down': { outcome: 'failed', factor: 1 },
};

/** What a failed call failed of, when the dice decide: their shares. */
const FAILURES: readonly [Ending, share: number][] = [
	['no-answer', 0.5],
	['busy', 0.3],
	['failed', 0.2],
];

/** When each phase begins, as shares of the whole delay. The rest belongs to what comes before the final status. */
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
		['IN_PROGRESS', 0.55],
	],
	canceled: [
		['INITIATED', 0.15],
		['RINGING', 0.3],
	],
};

/** Pure: the reports that a call will send, in order, the final status last. Times are at the settings' speed. */
export function planCall(scenario: Scenario | null, settings: Settings, dice: Dice): PlannedReport[] {
	const { ending, delayMs, talkMs } = courseOf(scenario, settings, dice);
	const shares = SHARES[ending];
	const jitter = dice() * 0.06;
	const reports: PlannedReport[] = shares.map(([phase, from]) => ({
		afterMs: Math.round(delayMs * (from + jitter)),
		phase,
		status: 'PENDING',
		outcome: null,
		durationMs: null,
	}));
	const answered = reports.at(-1);
	if (ending === 'completed' && talkMs !== undefined && answered)
		answered.afterMs = Math.max(reports.at(-2)?.afterMs ?? 0, delayMs - talkMs);
	const talked = ending === 'completed' && answered ? delayMs - answered.afterMs : null;
	reports.push({
		afterMs: delayMs,
		phase: 'ENDED',
		status: ending === 'completed' ? 'COMPLETED' : 'FAILED',
		outcome: ending,
		durationMs: talked,
	});
	return reports;
}

function courseOf(
	scenario: Scenario | null,
	{ delayMs: { min, max }, failRate, speed }: Settings,
	dice: Dice,
): { ending: Ending; delayMs: number; talkMs: number | undefined } {
	// All draws are made whatever is asked for, so that a scenario does not move the dice behind it.
	const drawnDelay = min + dice() * (max - min);
	const fails = dice() < failRate;
	const failure = pick(FAILURES, dice());
	const scaled = (ms: number): number => Math.round(ms / speed);
	if (scenario === null)
		return { ending: fails ? failure : 'completed', delayMs: scaled(drawnDelay), talkMs: undefined };
	if (typeof scenario === 'string') {
		const named = SCENARIOS[scenario];
		return { ending: named.outcome, delayMs: scaled(drawnDelay * named.factor), talkMs: undefined };
	}
	const talkMs = scenario.talkMs === undefined ? undefined : scaled(scenario.talkMs);
	const delayMs = scaled(scenario.delayMs ?? Math.max(drawnDelay, scenario.talkMs ?? 0));
	return { ending: scenario.outcome, delayMs, talkMs };
}

function pick<T>(shares: readonly [T, number][], draw: number): T {
	let sum = 0;
	for (const [value, share] of shares) {
		sum += share;
		if (draw < sum) return value;
	}
	return shares[0]![0];
}

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENDINGS, NO_FAULTS, PHASES, PlannedReport, Scenario, SCENARIO_NAMES, type Settings } from '#contract';
import { diceOf } from './dice.ts';
import { planCall, SCENARIOS } from './scenarios.ts';

const settings = (over: Partial<Settings> = {}): Settings => ({
	delayMs: { min: 1_000, max: 3_000 },
	failRate: 0.15,
	seed: null,
	speed: 1,
	faults: NO_FAULTS,
	until: null,
	...over,
});
const endOf = (plan: PlannedReport[]): PlannedReport => plan.at(-1)!;
const plans = (count: number, over: Partial<Settings> = {}, scenario: Scenario | null = null): PlannedReport[][] =>
	Array.from({ length: count }, (_, i) => planCall(scenario, settings(over), diceOf('a seed', i)));

const milliseconds = fc.oneof(fc.nat(20), fc.nat(86_400_000));
const anyParameters: fc.Arbitrary<Exclude<Scenario, string>> = fc
	.record(
		{ outcome: fc.constantFrom(...ENDINGS), delayMs: milliseconds, talkMs: milliseconds },
		{ requiredKeys: ['outcome'] },
	)
	.filter((scenario) => Scenario.safeParse(scenario).success);
const anyScenario: fc.Arbitrary<Scenario | null> = fc.oneof(
	fc.constant(null),
	fc.constantFrom(...SCENARIO_NAMES),
	anyParameters,
);
const anySettings = fc
	.record({
		bounds: fc.tuple(fc.nat(3_600_000), fc.nat(3_600_000)),
		failRate: fc.double({ min: 0, max: 1, noNaN: true }),
		speed: fc.double({ min: 1, max: 1_000, noNaN: true }),
	})
	.map(({ bounds: [a, b], ...over }) => settings({ ...over, delayMs: { min: Math.min(a, b), max: Math.max(a, b) } }));

describe('the plan of a call', () => {
	it('[S1] the same draws give the same plan, and other draws another plan', () => {
		const [one, two, other] = [
			planCall(null, settings(), diceOf('seed', '+12025550100', 'SALES', 3)),
			planCall(null, settings(), diceOf('seed', '+12025550100', 'SALES', 3)),
			planCall(null, settings(), diceOf('seed', '+12025550100', 'SALES', 4)),
		];
		expect(one).toEqual(two);
		expect(one).not.toEqual(other);
	});

	it('[S2] times rise, phases advance, and one final status comes last, for any settings and scenario', () => {
		fc.assert(
			fc.property(anyScenario, anySettings, fc.nat(), (scenario, at, seed) => {
				const plan = planCall(scenario, at, diceOf(seed)).map((report) => PlannedReport.parse(report));
				const times = plan.map(({ afterMs }) => afterMs);
				expect(times).toEqual(times.toSorted((a, b) => a - b));
				const ranks = plan.map(({ phase }) => PHASES.indexOf(phase));
				expect(ranks).toEqual([...new Set(ranks)].toSorted((a, b) => a - b));
				expect(plan.filter(({ status }) => status !== 'PENDING')).toEqual([endOf(plan)]);
				expect(endOf(plan)).toMatchObject({ phase: 'ENDED', outcome: expect.any(String) as string });
			}),
		);
	});

	it('[S3] the final status comes between the shortest and the longest delay, divided by speed', () => {
		for (const speed of [1, 7, 1_000]) {
			const times = plans(200, { speed }).map((plan) => endOf(plan).afterMs);
			expect(Math.min(...times)).toBeGreaterThanOrEqual(Math.floor(1_000 / speed));
			expect(Math.max(...times)).toBeLessThanOrEqual(Math.ceil(3_000 / speed));
			expect(new Set(times).size).toBeGreaterThan(1);
		}
	});

	it('[S4] the share of failed calls is the fail rate, and each outcome has its share', () => {
		const outcomes = plans(4_000, { failRate: 0.5 }).map((plan) => endOf(plan).outcome);
		const share = (outcome: string): number => outcomes.filter((o) => o === outcome).length / outcomes.length;
		expect(share('completed')).toBeCloseTo(0.5, 1);
		expect(share('no-answer')).toBeCloseTo(0.25, 1);
		expect(share('busy')).toBeCloseTo(0.15, 1);
		expect(share('failed')).toBeCloseTo(0.1, 1);
		expect(plans(200, { failRate: 0 }).every((plan) => endOf(plan).status === 'COMPLETED')).toBe(true);
		expect(plans(200, { failRate: 1 }).every((plan) => endOf(plan).status === 'FAILED')).toBe(true);
	});

	it.each(SCENARIO_NAMES.map((name) => [name] as const))(
		'[S5] a call with the scenario %s ends as the scenario says, for any draws',
		(name) => {
			for (const plan of plans(50, { failRate: name === 'completed' ? 1 : 0 }, name)) {
				const { status, outcome } = endOf(plan);
				expect(outcome).toBe(SCENARIOS[name].outcome);
				expect(status).toBe(outcome === 'completed' ? 'COMPLETED' : 'FAILED');
			}
		},
	);

	it('[S6] slow takes ten times as long as the same draws take otherwise', () => {
		const [usual, slow] = [plans(20), plans(20, {}, 'slow')];
		for (const [i, plan] of usual.entries())
			expect(Math.abs(endOf(slow[i]!).afterMs - 10 * endOf(plan).afterMs)).toBeLessThanOrEqual(10);
	});

	it('[S7] the plan keeps a scenario’s parameters, divided by speed', () => {
		const scenario: Scenario = { outcome: 'completed', delayMs: 9_000, talkMs: 4_000 };
		const plan = planCall(scenario, settings({ speed: 10 }), diceOf('x'));
		expect(endOf(plan)).toMatchObject({ afterMs: 900, outcome: 'completed', durationMs: 400 });
		expect(plan.find(({ phase }) => phase === 'IN_PROGRESS')?.afterMs).toBe(500);
		expect(endOf(planCall({ outcome: 'busy', delayMs: 0 }, settings(), diceOf('x')))).toMatchObject({
			afterMs: 0,
			outcome: 'busy',
			durationMs: null,
		});
	});

	it('[EX2] chosen times are kept exactly: the talk is the last part, and the phases before it share the rest', () => {
		fc.assert(
			fc.property(anyParameters, anySettings, fc.nat(), (scenario, at, seed) => {
				const plan = planCall(scenario, at, diceOf(seed));
				const scaled = (ms: number): number => Math.round(ms / at.speed);
				const { afterMs: delayMs, durationMs } = endOf(plan);
				const answeredAfterMs = plan.find(({ phase }) => phase === 'IN_PROGRESS')?.afterMs;
				if (scenario.delayMs !== undefined) expect(delayMs).toBe(scaled(scenario.delayMs));
				if (scenario.talkMs !== undefined) expect(durationMs).toBe(scaled(scenario.talkMs));
				// The app measures the same duration between the two reports as the provider reports.
				expect(answeredAfterMs === undefined ? null : delayMs - answeredAfterMs).toBe(durationMs);
				// No call spends most of its time before the answer in QUEUED.
				const beforeAnswerMs = answeredAfterMs ?? delayMs;
				expect(plan[0]!.afterMs).toBeLessThanOrEqual(beforeAnswerMs * 0.4 + 1);
			}),
		);
	});

	it('[EX2] a talk of 595 s in a call of 600 s leaves 5 s for all phases before it', () => {
		const plan = planCall({ outcome: 'completed', delayMs: 600_000, talkMs: 595_000 }, settings(), diceOf('x'));
		const times = plan.map(({ afterMs }) => afterMs);
		expect(times.slice(2)).toEqual([5_000, 600_000]);
		expect(times[0]).toBeLessThan(1_600);
		expect(endOf(plan).durationMs).toBe(595_000);
	});

	it('[EX2] with only the talk chosen, the call rings for its usual time before it', () => {
		for (const talkMs of [0, 500, 5_000, 60_000])
			for (const plan of plans(50, {}, { outcome: 'completed', talkMs })) {
				expect(endOf(plan).durationMs).toBe(talkMs);
				expect(endOf(plan).afterMs - talkMs).toBeGreaterThanOrEqual(400);
			}
	});

	it('[S8] a completed or dropped call talks from its answer to its end; no other is answered', () => {
		for (const outcome of ENDINGS)
			for (const plan of plans(20, {}, outcome)) {
				const answered = plan.find(({ phase }) => phase === 'IN_PROGRESS');
				const { afterMs, durationMs } = endOf(plan);
				if (outcome === 'completed' || outcome === 'dropped') expect(durationMs).toBe(afterMs - answered!.afterMs);
				else expect([answered, durationMs]).toEqual([undefined, null]);
			}
	});

	it('[EX3] no fail rate draws a dropped call', () => {
		const outcomes = plans(2_000, { failRate: 1 }).map((plan) => endOf(plan).outcome);
		expect(new Set(outcomes)).toEqual(new Set(['no-answer', 'busy', 'failed']));
	});
});

describe('the seeded random numbers', () => {
	it('[S9] are even in [0, 1), and no draw changes the draws of another key', () => {
		const dice = diceOf('seed', 1);
		const draws = Array.from({ length: 2_000 }, dice);
		expect(draws.every((draw) => draw >= 0 && draw < 1)).toBe(true);
		expect(draws.reduce((sum, draw) => sum + draw) / draws.length).toBeCloseTo(0.5, 1);
		expect(diceOf('seed', 2)()).toBe(diceOf('seed', 2)());
		expect(diceOf('ab', 'c')()).not.toBe(diceOf('a', 'bc')());
	});
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENDINGS, PHASES, STATUSES, type ProviderReport } from '#contract';
import { callRow, NOON } from '#tests/support/call-row.ts';
import type { CallRow } from './call.ts';
import { advance, endHere } from './machine.ts';

const report = (over: Partial<ProviderReport> = {}): ProviderReport => ({
	callId: 'the-call',
	providerId: 'sim_1',
	status: 'PENDING',
	...over,
});
const after = (ms: number): string => new Date(NOON + ms).toISOString();
const rank = (call: CallRow): number => PHASES.indexOf(call.phase);

describe('the state machine', () => {
	it('[M1] a later phase advances the call, adopts the provider and keeps when the phase began', () => {
		const at = NOON + 1_000;
		const ringing = advance(callRow(), report({ phase: 'RINGING', occurredAt: after(700) }), at);
		expect(ringing.next).toEqual(
			callRow({ phase: 'RINGING', providerId: 'sim_1', ringingAt: NOON + 700, updatedAt: at }),
		);
	});

	it.each([
		['QUEUED', 'queued', 'queued'],
		['INITIATED', 'initiated', 'startedAt'],
		['RINGING', 'ringing', 'ringingAt'],
		['IN_PROGRESS', 'in-progress', 'answeredAt'],
	] as const)('[M1] the phase %s is the event `%s`, and phases before it may be skipped', (phase, type, time) => {
		const step = advance(callRow({ phase: 'SCHEDULED' }), report({ phase }), NOON + 5);
		expect(step).toMatchObject({ type, next: { phase, ...(time === 'queued' ? {} : { [time]: NOON + 5 }) } });
	});

	it.each(PHASES.filter((phase) => phase !== 'ENDED').map((phase) => [phase] as const))(
		'[M2] a late or repeated %s changes nothing',
		(phase) => {
			for (const known of PHASES.slice(PHASES.indexOf(phase), -1))
				expect(advance(callRow({ phase: known, providerId: 'sim_1' }), report({ phase }), NOON)).toEqual({
					reason: 'late-phase',
				});
		},
	);

	it('[M3] a PENDING report without a phase, or with the phase ENDED, is no news', () => {
		const call = callRow({ providerId: 'sim_1' });
		expect(advance(call, report(), NOON)).toEqual({ reason: 'no-news' });
		expect(advance(call, report({ phase: 'ENDED' }), NOON)).toEqual({ reason: 'no-news' });
	});

	it.each([
		['no-news', {}],
		['no-news', { phase: 'ENDED' }],
		['late-phase', { phase: 'QUEUED' }],
	] as const)(
		'[M12] a call without a provider adopts that of a report, even if the report is ignored as %s',
		(reason, over) => {
			const next = callRow({ providerId: 'sim_1', updatedAt: NOON + 5 });
			expect(advance(callRow(), report(over), NOON + 5)).toEqual({ type: 'webhook.ignored', reason, next });
		},
	);

	it('[M4] a report of another provider changes nothing, even if it is final', () => {
		const call = callRow({ providerId: 'sim_2' });
		expect(advance(call, report({ phase: 'RINGING' }), NOON)).toEqual({ reason: 'other-provider' });
		expect(advance(call, report({ status: 'COMPLETED' }), NOON)).toEqual({ reason: 'other-provider' });
	});

	it.each([
		['COMPLETED', undefined, 'completed'],
		['COMPLETED', 'busy', 'completed'],
		['FAILED', undefined, 'failed'],
		['FAILED', 'completed', 'failed'],
		['FAILED', 'no-answer', 'no-answer'],
	] as const)('[M5] %s with outcome %s ends the call as %s, in any phase', (status, reported, outcome) => {
		for (const phase of PHASES.slice(0, -1)) {
			const ending = report({ status, ...(reported === undefined ? {} : { outcome: reported }) });
			const { next } = advance(callRow({ phase }), ending, NOON + 9);
			expect(next).toMatchObject({ status, outcome, phase: 'ENDED', endedAt: NOON + 9 });
		}
	});

	it.each([
		['FAILED', undefined, 'dropped'],
		['FAILED', 'completed', 'dropped'],
		['FAILED', 'failed', 'dropped'],
		['FAILED', 'busy', 'dropped'],
		['FAILED', 'no-answer', 'dropped'],
		['FAILED', 'dropped', 'dropped'],
		['FAILED', 'canceled', 'canceled'],
		['COMPLETED', 'failed', 'completed'],
	] as const)('[M5] an answered call that is reported %s with outcome %s ends as %s', (status, reported, outcome) => {
		const talking = callRow({ phase: 'IN_PROGRESS', providerId: 'sim_1', answeredAt: NOON + 100 });
		const ending = report({ status, ...(reported === undefined ? {} : { outcome: reported }) });
		expect(advance(talking, ending, NOON + 500).next).toMatchObject({ status, outcome, durationMs: 400 });
	});

	it('[M6] the talk time is the one in the report, otherwise the time from the answer to the end', () => {
		const talking = callRow({ phase: 'IN_PROGRESS', providerId: 'sim_1', answeredAt: NOON + 100 });
		const durationOf = (over: Partial<ProviderReport>): number | null | undefined =>
			advance(talking, report(over), NOON + 500).next?.durationMs;
		expect(durationOf({ status: 'COMPLETED', durationMs: 42 })).toBe(42);
		expect(durationOf({ status: 'COMPLETED', durationMs: 0 })).toBe(0);
		expect(durationOf({ status: 'COMPLETED' })).toBe(400);
		expect(durationOf({ status: 'FAILED', outcome: 'dropped', durationMs: 42 })).toBe(42);
		expect(durationOf({ status: 'FAILED', outcome: 'canceled' })).toBe(400);
	});

	it('[M6] a call that was never answered has no talk time, except one that is reported as completed or dropped', () => {
		const ringing = callRow({ phase: 'RINGING', providerId: 'sim_1' });
		const durationOf = (over: Partial<ProviderReport>): number | null | undefined =>
			advance(ringing, report(over), NOON + 500).next?.durationMs;
		for (const outcome of ['busy', 'no-answer', 'failed', 'canceled'] as const)
			expect(durationOf({ status: 'FAILED', outcome, durationMs: 0 })).toBeNull();
		expect(durationOf({ status: 'FAILED', outcome: 'dropped', durationMs: 42 })).toBe(42);
		expect(durationOf({ status: 'COMPLETED', durationMs: 42 })).toBe(42);
		expect(durationOf({ status: 'COMPLETED' })).toBeNull();
	});

	it('[M7] no recorded time is before the creation of the call or in the future', () => {
		const timeOf = (occurredAt: string): number | null | undefined =>
			advance(callRow(), report({ phase: 'RINGING', occurredAt }), NOON + 10).next?.ringingAt;
		expect(timeOf(after(-60_000))).toBe(NOON);
		expect(timeOf(after(60_000))).toBe(NOON + 10);
	});

	it('[M8] an answered call that this server ends keeps its talk time', () => {
		const talking = callRow({ phase: 'IN_PROGRESS', answeredAt: NOON });
		for (const [status, outcome] of [
			['COMPLETED', 'manual'],
			['FAILED', 'manual'],
			['FAILED', 'canceled'],
			['FAILED', 'no-report'],
		] as const) {
			const end = { status, outcome, phase: 'ENDED', endedAt: NOON + 30 };
			expect(endHere(talking, status, outcome, NOON + 30)).toMatchObject({ ...end, durationMs: 30 });
			expect(endHere(callRow({ phase: 'RINGING' }), status, outcome, NOON + 30)).toMatchObject({
				...end,
				durationMs: null,
			});
		}
	});
});

/** A provider's reports of one call, in order. */
const lifecycle: fc.Arbitrary<ProviderReport[]> = fc
	.constantFrom(...ENDINGS)
	.chain((ending) =>
		fc.record({
			ending: fc.constant(ending),
			phases: fc.subarray([
				...(['INITIATED', 'RINGING'] as const),
				...(['busy', 'no-answer', 'failed'].includes(ending) ? [] : (['IN_PROGRESS'] as const)),
			]),
		}),
	)
	.map(({ phases, ending }) => [
		...phases.map((phase, i) => report({ phase, sequence: i + 1, occurredAt: after(i * 100) })),
		report({
			status: ending === 'completed' ? 'COMPLETED' : 'FAILED',
			...(ending === 'completed' || ending === 'dropped' ? { durationMs: 77 } : {}),
			phase: 'ENDED',
			outcome: ending,
			sequence: phases.length + 1,
			occurredAt: after(900),
		}),
	]);

/** Any report of a foreign provider, sensible or not. */
const anyReport: fc.Arbitrary<ProviderReport> = fc
	.record(
		{
			status: fc.constantFrom(...STATUSES),
			phase: fc.constantFrom(...PHASES),
			outcome: fc.constantFrom(...ENDINGS),
			durationMs: fc.nat(100),
			occurredAt: fc.integer({ min: -100, max: 6_000 }).map(after),
		},
		{ requiredKeys: ['status'] },
	)
	.map((over) => report(over));

/** All reports of one call, and the reports that arrive: in any order, some of them repeated or lost. */
const arrivals = lifecycle.chain((reports) =>
	fc.record({
		reports: fc.constant(reports),
		arrived: fc
			.array(fc.constantFrom(...reports), { maxLength: 12 })
			.chain((repeated) => fc.shuffledSubarray([...reports, ...repeated])),
	}),
);

describe('any reports of a call in any order', () => {
	it('[M9] every state is an allowed one, and nothing moves back', () => {
		fc.assert(
			fc.property(arrivals, ({ arrived }) => {
				let call = callRow();
				for (const [i, item] of arrived.entries()) {
					const { next } = advance(call, item, NOON + 1_000 + i);
					if (!next) continue;
					expect(call.status).toBe('PENDING'); // a terminal call never changes by reports
					expect(rank(next)).toBeGreaterThan(rank(call));
					const terminal = next.status !== 'PENDING';
					expect([next.phase === 'ENDED', next.outcome !== null, next.endedAt !== null]).toEqual([
						...[terminal, terminal, terminal],
					]);
					expect(next).toMatchObject({ id: call.id, n: call.n, createdAt: call.createdAt, providerId: 'sim_1' });
					call = next;
				}
			}),
		);
	});

	it('[M10] the end state is the same once the final report has arrived', () => {
		fc.assert(
			fc.property(arrivals, ({ reports, arrived }) => {
				const ending = reports.at(-1)!;
				const end = arrived.reduce((call, item) => advance(call, item, NOON + 5_000).next ?? call, callRow());
				expect(end).toMatchObject(
					arrived.includes(ending)
						? {
								status: ending.status,
								phase: 'ENDED',
								outcome: ending.outcome,
								endedAt: NOON + 900,
								durationMs: ending.durationMs ?? (end.answeredAt === null ? null : NOON + 900 - end.answeredAt),
							}
						: { status: 'PENDING', outcome: null, endedAt: null },
				);
			}),
		);
	});

	it('[M11] no report changes a terminal call', () => {
		fc.assert(
			fc.property(arrivals, ({ arrived }) => {
				const ended = callRow({ status: 'FAILED', phase: 'ENDED', outcome: 'manual', endedAt: NOON });
				for (const item of arrived) expect(advance(ended, item, NOON)).toEqual({ reason: 'terminal' });
			}),
		);
	});

	it('[M13] outcome, answer and talk time of an ended call agree, for any reports and any ending', () => {
		const endings = fc.constantFrom('report' as const, 'canceled' as const, 'no-report' as const, 'manual' as const);
		fc.assert(
			fc.property(fc.array(anyReport, { maxLength: 6 }), endings, (reports, how) => {
				let call = reports.reduce((before, item) => advance(before, item, NOON + 5_000).next ?? before, callRow());
				if (call.status === 'PENDING')
					call =
						how === 'report'
							? advance(call, report({ status: 'FAILED', outcome: 'failed' }), NOON + 5_000).next!
							: endHere(call, 'FAILED', how, NOON + 5_000);
				const { outcome, answeredAt, durationMs } = call;
				if (answeredAt !== null) {
					expect(['completed', 'dropped', 'canceled', 'no-report', 'manual']).toContain(outcome);
					expect(durationMs).not.toBeNull();
				} else if (outcome !== 'completed' && outcome !== 'dropped') expect(durationMs).toBeNull();
			}),
		);
	});
});

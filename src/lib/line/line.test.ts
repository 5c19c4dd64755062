import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTCOMES, STATUSES } from '#contract/words.ts';
import { lasted } from '#lib/time/words.ts';
import { exampleCall } from './example.ts';
import { paint } from './paint.ts';
import { phasesOf, talkOf, type Part, type Stretch } from './phases.ts';
import { drawn, LEAST_MS, LINE_MS } from './scale.ts';
import { sentence } from './sentence.ts';
import { why } from './words.ts';

const noon = Date.parse('2026-11-22T12:00:00.000Z');
const done = exampleCall({
	status: 'COMPLETED',
	phase: 'ENDED',
	outcome: 'completed',
	started: 200,
	ringing: 300,
	answered: 1_100,
	ended: 2_810,
});

describe('the parts of a call', () => {
	it('follow the times of its events', () =>
		expect(phasesOf(done, noon + 99_000)).toEqual([
			{ part: 'queued', ms: 200 },
			{ part: 'initiated', ms: 100 },
			{ part: 'ringing', ms: 800 },
			{ part: 'in-progress', ms: 1_710 },
		]));
	it('leave out skipped phases', () =>
		expect(
			phasesOf(exampleCall({ status: 'FAILED', phase: 'ENDED', outcome: 'busy', started: 100, ended: 400 }), noon),
		).toEqual([
			{ part: 'queued', ms: 100 },
			{ part: 'initiated', ms: 300 },
		]));
	it('grow until now while the call runs', () =>
		expect(phasesOf(exampleCall({ phase: 'RINGING', started: 100, ringing: 200 }), noon + 1_200).at(-1)).toEqual({
			part: 'ringing',
			ms: 1_000,
		}));
	it('of a scheduled call begin when it is due', () =>
		expect(phasesOf(exampleCall({ scheduledAt: '2026-11-22T12:05:00.000Z' }), noon + 301_000)).toEqual([
			{ part: 'queued', ms: 1_000 },
		]));
});

const MARKED: Part[] = ['queued', 'initiated', 'ringing', 'in-progress'];
const anyStretches: fc.Arbitrary<Stretch[]> = fc
	.record({
		parts: fc.subarray(MARKED),
		ms: fc.tuple(...MARKED.map(() => fc.oneof(fc.nat(1_500), fc.nat(10_000_000)))),
	})
	.map(({ parts, ms }) => parts.map((part, i) => ({ part, ms: ms[i]! })));

describe('the fixed scale', () => {
	it('[EX20] draws a part that fits in its true length, cuts longer ones, and the sum fits', () => {
		fc.assert(
			fc.property(anyStretches, (stretches) => {
				const parts = drawn(stretches);
				expect(parts.reduce((sum, { ms }) => sum + ms, 0)).toBeLessThanOrEqual(LINE_MS + 0.001);
				for (const [i, { ms, isCut }] of parts.entries()) {
					const whole = Math.max(LEAST_MS, stretches[i]!.ms);
					if (isCut) expect(ms).toBeLessThan(whole);
					else expect(ms).toBe(whole);
				}
				const whole = stretches.reduce((sum, { ms }) => sum + Math.max(LEAST_MS, ms), 0);
				expect(parts.some(({ isCut }) => isCut)).toBe(whole > LINE_MS);
			}),
		);
	});

	it('[EX20] grows no part of a running call by more than the time that passed', () => {
		const at = (ms: number): Stretch[] => [
			{ part: 'queued', ms: 300 },
			{ part: 'ringing', ms: 900 },
			{ part: 'in-progress', ms },
		];
		for (let ms = 0; ms < 8_000; ms += 100) {
			const [before, after] = [drawn(at(ms)), drawn(at(ms + 100))];
			expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
			expect(after[2]!.ms - before[2]!.ms).toBeLessThanOrEqual(100);
			expect(after[2]!.isCut).toBe(1_200 + ms + 100 > LINE_MS);
		}
	});
});

describe('the line', () => {
	const size = { width: 122, height: 22 };
	it('[EX20] has a break in every part that is cut, and in no other', () => {
		fc.assert(
			fc.property(anyStretches, (stretches) => {
				const { strokes } = paint({ stretches, outcome: 'completed', status: 'COMPLETED', seed: 'a', ...size });
				const broken = strokes.filter(({ kind }) => kind === 'break').map(({ part }) => part);
				expect(broken).toEqual(
					drawn(stretches)
						.filter(({ isCut }) => isCut)
						.map(({ part }) => part),
				);
			}),
		);
	});
	it('is the same for the same call', () => {
		const subject = {
			stretches: phasesOf(done, noon),
			outcome: done.outcome,
			status: done.status,
			seed: done.id,
			...size,
		};
		expect(paint(subject)).toEqual(paint(subject));
		expect(paint(subject).strokes.map(({ kind }) => kind)).toEqual(['dots', 'thin', 'base', 'ticks', 'bars']);
	});
	it('keeps its bars while it grows', () => {
		const bars = (ms: number): string =>
			paint({ stretches: [{ part: 'in-progress', ms }], outcome: null, status: 'PENDING', seed: 'a', ...size })
				.strokes[0]?.d ?? '';
		expect(bars(2_000).startsWith(bars(1_000))).toBe(true);
		// A cut line no longer changes.
		expect(bars(9_000)).toBe(bars(8_000));
	});
	it.each([
		['PENDING', null, 'going'],
		['COMPLETED', 'completed', 'done'],
		['COMPLETED', 'manual', 'done'],
		['FAILED', 'busy', 'busy'],
		['FAILED', 'no-answer', 'open'],
		['FAILED', 'canceled', 'stop'],
		['FAILED', 'failed', 'cross'],
		['FAILED', 'dropped', 'drop'],
		['FAILED', 'provider-unreachable', 'cross'],
	] as const)('of a %s call (%s) ends with the mark %s', (status, outcome, mark) =>
		expect(paint({ stretches: [], outcome, status, seed: 'a', ...size }).end.mark).toBe(mark),
	);
	it('stays inside its picture for parts of any length', () => {
		const part = fc.constantFrom('queued' as const, 'initiated' as const, 'ringing' as const, 'in-progress' as const);
		fc.assert(
			fc.property(
				fc.array(fc.record({ part, ms: fc.nat(10_000_000) }), { maxLength: 4 }),
				fc.constantFrom(...OUTCOMES),
				(stretches, outcome) => {
					const { end } = paint({ stretches, outcome, status: 'FAILED', seed: 'a', ...size });
					expect(end.x).toBeLessThanOrEqual(size.width);
				},
			),
		);
	});
});

describe('the words for a line', () => {
	it('are a sentence', () =>
		expect(sentence(done, noon)).toBe('Waited 0.20 s, dialed 0.10 s, rang 0.80 s, talked 1.71 s, completed.'));
	it('[EX20] name the whole length of a line that is cut', () => {
		const long = { ...done, endedAt: exampleCall({ ended: 601_100 }).endedAt };
		expect(sentence(long, noon)).toBe(
			'Waited 0.20 s, dialed 0.10 s, rang 0.80 s, talked 10 min 00 s, completed. 10 min 01 s in total; the line is shortened.',
		);
	});
	it('[EX5] agree with the duration, for any phases, outcome and talk', () => {
		const time = fc.option(fc.nat(9_000), { nil: undefined });
		const calls = fc.record({
			times: fc.record({ started: time, ringing: time, answered: time, ended: fc.nat(20_000) }),
			status: fc.constantFrom(...STATUSES),
			outcome: fc.constantFrom(...OUTCOMES),
			durationMs: fc.option(fc.nat(90_000)),
		});
		fc.assert(
			fc.property(calls, ({ times, status, outcome, durationMs }) => {
				const ended = { phase: 'ENDED', status, outcome, durationMs } as const;
				const talking = { phase: 'IN_PROGRESS', status, outcome: null, durationMs: null, endedAt: null } as const;
				const call = exampleCall({ ...times, ...(status === 'PENDING' ? talking : ended) });
				const talk = talkOf(call, noon + 20_000);
				const said = /talked ([^,]+),/i.exec(sentence(call, noon + 20_000))?.[1];
				expect(said).toBe(talk === null ? undefined : lasted(talk));
				if (call.durationMs !== null) expect(talk).toBe(call.durationMs);
				else expect(talk === null).toBe(call.answeredAt === null);
			}),
		);
	});
	it('[EX5] count a talk of 0 ms, and put a talk without a reported start at the end of the call', () => {
		const cut = exampleCall({
			status: 'FAILED',
			phase: 'ENDED',
			outcome: 'dropped',
			started: 100,
			ringing: 200,
			ended: 900,
		});
		expect(phasesOf({ ...cut, durationMs: 0 }, noon).at(-1)).toEqual({ part: 'in-progress', ms: 0 });
		expect(phasesOf({ ...cut, durationMs: 500 }, noon).slice(-2)).toEqual([
			{ part: 'ringing', ms: 200 },
			{ part: 'in-progress', ms: 500 },
		]);
		expect(talkOf(cut, noon)).toBeNull();
	});
	it('do not repeat an outcome that the badge shows', () => expect(why(done)).toBe(''));
	it.each([
		[exampleCall({ phase: 'SCHEDULED' }), ''],
		[exampleCall(), 'Queued'],
		[exampleCall({ phase: 'IN_PROGRESS' }), 'Talking'],
		[exampleCall({ phase: 'ENDED', status: 'FAILED', outcome: 'provider-unreachable' }), 'Provider unreachable'],
		[exampleCall({ phase: 'ENDED', status: 'COMPLETED', outcome: 'manual' }), 'Edited manually'],
	])('%#: name the phase or the outcome', (call, words) => expect(why(call)).toBe(words));
});

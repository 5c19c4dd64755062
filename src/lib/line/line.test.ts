import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OUTCOMES } from '#contract/words.ts';
import { exampleCall } from './example.ts';
import { paint } from './paint.ts';
import { phasesOf, scaleOf } from './phases.ts';
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
	it('follow its times', () =>
		expect(phasesOf(done, noon + 99_000)).toEqual([
			{ part: 'queued', ms: 200 },
			{ part: 'initiated', ms: 100 },
			{ part: 'ringing', ms: 800 },
			{ part: 'in-progress', ms: 1_710 },
		]));
	it('leave out what was skipped', () =>
		expect(
			phasesOf(exampleCall({ status: 'FAILED', phase: 'ENDED', outcome: 'busy', started: 100, ended: 400 }), noon),
		).toEqual([
			{ part: 'queued', ms: 100 },
			{ part: 'initiated', ms: 300 },
		]));
	it('grow until now while the call lives', () =>
		expect(phasesOf(exampleCall({ phase: 'RINGING', started: 100, ringing: 200 }), noon + 1_200).at(-1)).toEqual({
			part: 'ringing',
			ms: 1_000,
		}));
	it('of an appointment begin when it is due', () =>
		expect(phasesOf(exampleCall({ scheduledAt: '2026-11-22T12:05:00.000Z' }), noon + 301_000)).toEqual([
			{ part: 'queued', ms: 1_000 },
		]));
});

describe('the scale of a list', () => {
	it('is the 95th percentile of what ended, so one long call does not flatten the rest', () => {
		const calls = Array.from({ length: 40 }, (_, i) =>
			exampleCall({ phase: 'ENDED', ended: i === 0 ? 900_000 : 4_000 }),
		);
		expect(scaleOf(calls)).toBe(4_000);
	});
	it('has a floor, so a first short call does not fill the line', () => expect(scaleOf([])).toBe(2_000));
});

describe('the line', () => {
	const size = { scale: 3_000, width: 122, height: 22 };
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
	it('keeps the bars that it has while it grows', () => {
		const bars = (ms: number): string =>
			paint({ stretches: [{ part: 'in-progress', ms }], outcome: null, status: 'PENDING', seed: 'a', ...size })
				.strokes[0]?.d ?? '';
		expect(bars(2_000).startsWith(bars(1_000))).toBe(true);
	});
	it.each([
		['PENDING', null, 'going'],
		['COMPLETED', 'completed', 'done'],
		['COMPLETED', 'manual', 'done'],
		['FAILED', 'busy', 'busy'],
		['FAILED', 'no-answer', 'open'],
		['FAILED', 'canceled', 'stop'],
		['FAILED', 'failed', 'cross'],
		['FAILED', 'provider-unreachable', 'cross'],
	] as const)('of a %s call (%s) ends with the mark %s', (status, outcome, mark) =>
		expect(paint({ stretches: [], outcome, status, seed: 'a', ...size }).end.mark).toBe(mark),
	);
	it('never leaves its picture, however long or short the parts are', () => {
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

describe('in words', () => {
	it('the line is a sentence', () =>
		expect(sentence(done, noon)).toBe('Waited 0.20 s, dialled 0.10 s, rang 0.80 s, talked 1.71 s, completed.'));
	it('an outcome that the badge says already is not said twice', () => expect(why(done)).toBe(''));
	it.each([
		[exampleCall({ phase: 'SCHEDULED' }), ''],
		[exampleCall(), 'Queued'],
		[exampleCall({ phase: 'IN_PROGRESS' }), 'Talking'],
		[exampleCall({ phase: 'ENDED', status: 'FAILED', outcome: 'provider-unreachable' }), 'Provider unreachable'],
		[exampleCall({ phase: 'ENDED', status: 'COMPLETED', outcome: 'manual' }), 'Corrected by hand'],
	])('%#: %s', (call, words) => expect(why(call)).toBe(words));
});

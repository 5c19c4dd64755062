import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Scenario } from './call.ts';
import { errorsOf } from './parse.ts';
import { ENDINGS, SCENARIO_NAMES } from './words.ts';

const errors = (value: unknown): { path: string; message: string }[] => {
	const result = Scenario.safeParse(value);
	return result.success ? [] : errorsOf(result.error);
};
const time = fc.option(fc.oneof(fc.nat(20), fc.nat(86_400_000), fc.integer({ min: -5, max: 86_400_005 })), {
	nil: undefined,
});

describe('the parameters of a scenario', () => {
	it('[EX1] parameters that cannot be kept exactly are refused, each under its path; all others pass', () => {
		fc.assert(
			fc.property(fc.constantFrom(...ENDINGS), time, time, (outcome, delayMs, talkMs) => {
				const inRange = (ms: number | undefined): boolean => ms === undefined || (ms >= 0 && ms <= 86_400_000);
				const hasTalk = outcome === 'completed' || outcome === 'dropped';
				const wrong = new Set<string>();
				if (!inRange(delayMs)) wrong.add('delayMs');
				if (!inRange(talkMs) || (talkMs !== undefined && !hasTalk)) wrong.add('talkMs');
				if (wrong.size === 0 && talkMs !== undefined && delayMs !== undefined && talkMs > delayMs) wrong.add('talkMs');
				const given = JSON.parse(JSON.stringify({ outcome, delayMs, talkMs })) as unknown;
				expect(new Set(errors(given).map(({ path }) => path))).toEqual(wrong);
				if (wrong.size === 0) expect(Scenario.parse(given)).toEqual(given);
			}),
		);
	});

	it.each([
		[{ outcome: 'busy', talkMs: 0 }, 'talkMs', 'A call that ends as busy has no talk. Omit talkMs.'],
		[
			{ outcome: 'dropped', delayMs: 500, talkMs: 501 },
			'talkMs',
			'Talk is the last part of the delay: talkMs must be at most delayMs, which is 500.',
		],
		[
			{ outcome: 'completed', delayMs: '500' },
			'delayMs',
			'delayMs must be a whole number of milliseconds from 0 to 86400000.',
		],
		[{ outcome: 'completed', delayMs: null }, 'delayMs', expect.any(String)],
		[{ outcome: 'completed', delayMs: 1.5 }, 'delayMs', expect.any(String)],
		[{ outcome: 'completed', talkMs: -1 }, 'talkMs', expect.any(String)],
		[
			{ outcome: 'completed', delay: 5 },
			'delay',
			'This field does not exist. Leave it out, or use outcome, delayMs or talkMs.',
		],
		[{ outcome: 'manual' }, 'outcome', `Choose one of ${ENDINGS.join(', ')}.`],
		[{}, 'outcome', `Choose one of ${ENDINGS.join(', ')}.`],
	])('[EX1] %j is refused at %s', (scenario, path, message) =>
		expect(errors(scenario)).toEqual([{ path, message: message as string }]),
	);

	it.each([['late'], [7], [null], [['busy']], [true]])('[EX1] the refusal of %j names the valid scenarios', (value) =>
		expect(errors(value)).toEqual([
			{ path: '', message: `Choose one of ${SCENARIO_NAMES.join(', ')}, or give { outcome, delayMs?, talkMs? }.` },
		]),
	);

	it('[EX1] the talk may take the whole delay, and both may be 0', () => {
		for (const scenario of [
			{ outcome: 'completed', delayMs: 500, talkMs: 500 },
			{ outcome: 'dropped', delayMs: 0, talkMs: 0 },
			{ outcome: 'completed', talkMs: 0 },
			{ outcome: 'busy', delayMs: 0 },
		])
			expect(errors(scenario)).toEqual([]);
	});
});

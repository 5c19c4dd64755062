import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_FAULTS, type Settings } from '#contract';
import { diceOf } from './dice.ts';
import { drawDeliveryFaults, drawDoorFault, ratesAt, type DeliveryFault } from './faults.ts';

type Rates = Settings['faults'];
const rates = (over: Partial<Rates>): Rates => ({ ...NO_FAULTS, ...over });
const drawn = (over: Partial<Rates>, due: number[], seed = 'a') =>
	drawDeliveryFaults(() => rates(over), diceOf(seed), due);
const SETTINGS: Settings = {
	delayMs: { min: 0, max: 0 },
	failRate: 0,
	seed: null,
	speed: 1,
	faults: rates({ lost: 1, refused: 1 }),
	until: '2026-11-22T12:00:00.000Z',
};
const UNTIL = Date.parse('2026-11-22T12:00:00.000Z');

describe('faults', () => {
	it('[N1] faults are injected until their time is over, and without a time forever', () => {
		expect(ratesAt(SETTINGS, UNTIL - 1)).toEqual(SETTINGS.faults);
		expect(ratesAt(SETTINGS, UNTIL)).toEqual(NO_FAULTS);
		expect(ratesAt({ ...SETTINGS, until: null }, Number.MAX_SAFE_INTEGER)).toEqual(SETTINGS.faults);
	});

	it('[N1] only webhooks that are due before that time have a fault', () => {
		const ratesAfter = (ms: number) => ratesAt(SETTINGS, UNTIL - 100 + ms);
		const webhooks = drawDeliveryFaults(ratesAfter, diceOf('a'), [10, 99, 100, 200]);
		expect(webhooks.map(({ faults }) => faults)).toEqual([['lost'], ['lost'], [], []]);
	});

	it.each(['lost', 'badSignature', 'stale', 'doubled'] as const)(
		'[N2] with %s at rate 1 every webhook has that fault',
		(fault) => {
			expect(drawn({ [fault]: 1 }, [1, 2, 3])).toEqual([1, 2, 3].map((afterMs) => ({ afterMs, faults: [fault] })));
		},
	);

	it('[N2] the first attempt of a webhook has at most one fault', () => {
		const [webhook] = drawn({ lost: 1, badSignature: 1, stale: 1, doubled: 1 }, [1]);
		expect(webhook?.faults).toEqual(['lost']);
	});

	it('[N3] a late webhook is sent after the end, and the end itself is never late', () => {
		expect(drawn({ late: 1 }, [100, 200, 1_000])).toEqual([
			...[1, 2].map(() => ({ afterMs: 1_100, faults: ['late'] })),
			{ afterMs: 1_000, faults: [] },
		]);
		expect(drawn({ late: 1 }, [0, 0])[0]).toEqual({ afterMs: 5, faults: ['late'] });
	});

	it('[N4] of two reordered webhooks the earlier is sent just after the later, also if both are due at once', () => {
		expect(drawn({ reordered: 1 }, [10, 20, 30, 40])).toEqual([
			{ afterMs: 21, faults: ['reordered'] },
			{ afterMs: 20, faults: [] },
			{ afterMs: 41, faults: ['reordered'] },
			{ afterMs: 40, faults: [] },
		]);
		expect(drawn({ reordered: 1 }, [7, 7]).map(({ afterMs }) => afterMs)).toEqual([8, 7]);
		expect(drawn({ reordered: 1 }, [7])).toEqual([{ afterMs: 7, faults: [] }]);
	});

	it('[N4] no webhook reports an event before it happened, for any draws', () => {
		const rate = fc.double({ min: 0, max: 1, noNaN: true });
		const times = fc.array(fc.nat(1_000), { maxLength: 6 }).map((due) => due.toSorted((a, b) => a - b));
		fc.assert(
			fc.property(fc.string(), times, rate, rate, (seed, due, reordered, late) => {
				const webhooks = drawn({ reordered, late }, due, seed);
				webhooks.forEach(({ afterMs, faults }, i) => {
					expect(afterMs).toBeGreaterThanOrEqual(due[i]!);
					if (faults.includes('reordered')) expect(afterMs).toBe(webhooks[i + 1]!.afterMs + 1);
				});
			}),
		);
	});

	it('[N5] the rate of one fault does not change the draws of another', () => {
		const rate = fc.double({ min: 0, max: 1, noNaN: true });
		const due = [10, 20, 30, 40];
		const having = (over: Partial<Rates>, seed: string, fault: DeliveryFault): boolean[] =>
			drawn(over, due, seed).map(({ faults }) => faults.includes(fault));
		fc.assert(
			fc.property(fc.string(), rate, rate, rate, (seed, late, lost, other) => {
				expect(having({ late, stale: other, doubled: other }, seed, 'late')).toEqual(having({ late }, seed, 'late'));
				expect(having({ lost, late: other, reordered: other, doubled: other }, seed, 'lost')).toEqual(
					having({ lost }, seed, 'lost'),
				);
			}),
		);
	});

	it('[N6] a send-call request has at most one fault, the same for the same draws', () => {
		expect(drawDoorFault(NO_FAULTS, diceOf('a'))).toBeNull();
		for (const fault of ['refused', 'rateLimited', 'timedOut', 'acceptedThenFailed'] as const)
			expect(drawDoorFault(rates({ [fault]: 1 }), diceOf('a'))).toBe(fault);
		const some = rates({ refused: 0.3, timedOut: 0.3, acceptedThenFailed: 0.3 });
		const row = (): unknown[] => Array.from({ length: 50 }, (_, i) => drawDoorFault(some, diceOf('b', i)));
		expect(row()).toEqual(row());
		expect(new Set(row()).size).toBe(4);
	});
});

import { describe, expect, it } from 'vitest';
import { crash } from './crash.ts';

describe('kill -9', () => {
	it(
		'[Z1] at any moment loses nothing and doubles nothing (long form: npm run test:crash)',
		{ timeout: 180_000 },
		async () => {
			const seed = `${Date.now()}`;
			console.log(`crash seed ${seed}`);
			const report = await crash({ kills: 3, calls: 120, seed, log: () => undefined });
			expect(report).toMatchObject({
				kills: 3,
				missing: [],
				notTerminal: [],
				endedOtherThanOnce: [],
				otherEnd: [],
				twoProviderCalls: [],
				lostDeliveries: [],
				unplanned: [],
				jobsLeft: [],
				integrity: 'ok',
				exitCode: 0,
				errors: [],
			});
			expect(report.accepted).toBeGreaterThan(10);
			expect(report.deliveries).toBeGreaterThan(10);
		},
	);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { connection, type Signs } from './connection.ts';

const well: Signs = {
	up: true,
	synced: true,
	brokenAt: null,
	heardAt: 100_000,
	nextTryAt: null,
	caught: null,
	now: 101_000,
};

describe('the connection', () => {
	it('is live while it is up, synced and receiving', () => expect(connection(well)).toEqual({ state: 'live' }));
	it('shows no break under 2 s, and is not live during it', () =>
		expect(connection({ ...well, up: false, brokenAt: 100_000 })).toEqual({ state: 'connecting' }));
	it('says when it reconnects', () =>
		expect(connection({ ...well, up: false, brokenAt: 100_000, now: 103_000, nextTryAt: 105_000 })).toEqual({
			state: 'reconnecting',
			inMs: 2_000,
		}));
	it('is stale after 12 s of silence, connected or not', () => {
		expect(connection({ ...well, now: 112_000 })).toMatchObject({ state: 'stale', since: 100_000 });
		expect(connection({ ...well, up: false, brokenAt: 101_000, now: 112_000 })).toMatchObject({ state: 'stale' });
	});
	it('catches up until it is synced, and says how many changes it received', () => {
		expect(connection({ ...well, synced: false })).toEqual({ state: 'catching', changes: null });
		expect(connection({ ...well, caught: { changes: 38, until: 101_500 } })).toEqual({
			state: 'catching',
			changes: 38,
		});
	});
	it('is never live unless it is up, synced and received something within 12 s', () => {
		const signs = fc.record({
			up: fc.boolean(),
			synced: fc.boolean(),
			brokenAt: fc.option(fc.nat(200_000)),
			heardAt: fc.nat(200_000),
			nextTryAt: fc.option(fc.nat(200_000)),
			caught: fc.constant(null),
			now: fc.nat(200_000),
		});
		fc.assert(
			fc.property(signs, (s) => {
				if (connection(s).state === 'live') expect(s.up && s.synced && s.now - s.heardAt < 12_000).toBe(true);
			}),
		);
	});
});

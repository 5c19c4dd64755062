import type { CallRow } from '#server/calls/call.ts';

/** Noon of an ordinary day, for tests that control the clock. */
export const NOON = Date.parse('2026-11-22T12:00:00.000Z');

/** Returns the database row of a call that was requested at `NOON`. `over` replaces columns. */
export function callRow(over: Partial<CallRow> = {}): CallRow {
	return {
		n: 1,
		id: '019abcde-0000-7000-8000-000000000001',
		customerName: 'Ada Lovelace',
		phoneNumber: '+12025550100',
		folded: ' ada lovelace\n12025550100',
		workflow: 'SUPPORT',
		status: 'PENDING',
		phase: 'QUEUED',
		outcome: null,
		run: null,
		scenario: null,
		scheduledAt: null,
		providerId: null,
		createdAt: NOON,
		updatedAt: NOON,
		startedAt: null,
		ringingAt: null,
		answeredAt: null,
		endedAt: null,
		durationMs: null,
		faults: 0,
		seq: 1,
		...over,
	};
}

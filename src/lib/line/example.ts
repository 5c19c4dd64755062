import type { Call } from '#contract';

const MORNING = Date.parse('2026-11-22T12:00:00.000Z');

/** Returns a call for tests, created at 12:00 UTC. The times of its phases are given in milliseconds after that. */
export function exampleCall(
	call: Partial<Call> & Partial<Record<'started' | 'ringing' | 'answered' | 'ended', number | undefined>> = {},
): Call {
	const { started, ringing, answered, ended, ...rest } = call;
	const at = (ms: number | undefined): string | null =>
		ms === undefined ? null : new Date(MORNING + ms).toISOString();
	return {
		id: '01900000-0000-7000-8000-000000000001',
		customerName: 'Aylin Demir',
		phoneNumber: '+493023125017',
		workflow: 'SUPPORT',
		status: 'PENDING',
		phase: 'QUEUED',
		outcome: null,
		run: null,
		scenario: null,
		scheduledAt: null,
		providerId: null,
		createdAt: new Date(MORNING).toISOString(),
		updatedAt: new Date(MORNING).toISOString(),
		startedAt: at(started),
		ringingAt: at(ringing),
		answeredAt: at(answered),
		endedAt: at(ended),
		durationMs: null,
		faults: 0,
		seq: 1,
		...rest,
	};
}

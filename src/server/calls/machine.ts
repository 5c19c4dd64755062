import { PHASES, type Outcome, type ProviderReport } from '#contract';
import type { CallRow } from './call.ts';

/**
 * The effect of a report on a call: a new state and the event that records it, or nothing and the reason. An ignored
 * report may still identify the provider call.
 */
export type Advance =
	| { next: CallRow; type: 'queued' | 'initiated' | 'ringing' | 'in-progress' | 'ended' }
	| { next: CallRow; type: 'webhook.ignored'; reason: 'late-phase' | 'no-news' }
	| { next?: never; reason: 'terminal' | 'other-provider' | 'late-phase' | 'no-news' };

const rank = (phase: CallRow['phase']): number => PHASES.indexOf(phase);
const isTerminal = (call: CallRow): boolean => call.status !== 'PENDING';

/**
 * The state machine (docs/spec/calls.md, M rules). Pure. Phases only advance and may be skipped. A late, repeated
 * or reordered report changes no phase. No report changes an ended call.
 */
export function advance(call: CallRow, report: ProviderReport, now: number): Advance {
	if (isTerminal(call)) return { reason: 'terminal' };
	if (call.providerId !== null && call.providerId !== report.providerId) return { reason: 'other-provider' };
	const adopted = { ...call, providerId: report.providerId, updatedAt: now };
	const at = happenedAt(call, report, now);
	const ignored = (reason: 'late-phase' | 'no-news'): Advance =>
		call.providerId === null ? { next: adopted, type: 'webhook.ignored', reason } : { reason };

	if (report.status !== 'PENDING') return { next: ended(adopted, report, at), type: 'ended' };
	if (report.phase === undefined || report.phase === 'ENDED') return ignored('no-news');
	if (rank(report.phase) <= rank(call.phase)) return ignored('late-phase');
	switch (report.phase) {
		case 'INITIATED':
			return { next: { ...adopted, phase: 'INITIATED', startedAt: at }, type: 'initiated' };
		case 'RINGING':
			return { next: { ...adopted, phase: 'RINGING', ringingAt: at }, type: 'ringing' };
		case 'IN_PROGRESS':
			return { next: { ...adopted, phase: 'IN_PROGRESS', answeredAt: at }, type: 'in-progress' };
		case 'QUEUED':
		case 'SCHEDULED':
			return { next: { ...adopted, phase: 'QUEUED' }, type: 'queued' };
	}
}

/** The provider's time of the event, limited to the time between the call's creation and now. */
function happenedAt(call: CallRow, report: ProviderReport, now: number): number {
	const reportedAt = report.occurredAt === undefined ? now : Date.parse(report.occurredAt);
	return Math.min(now, Math.max(reportedAt, call.createdAt));
}

/** Outcomes of a call that was never answered. */
const UNANSWERED: readonly unknown[] = ['busy', 'no-answer', 'failed'] satisfies Outcome[];
/** Outcomes that imply an answered call, even if that report was lost. */
const ANSWERED: readonly unknown[] = ['completed', 'dropped'] satisfies Outcome[];

function ended(call: CallRow, report: ProviderReport, at: number): CallRow {
	const outcome = outcomeOf(call, report);
	const talk = report.durationMs ?? talkedUntil(call, at);
	return {
		...call,
		status: report.status,
		phase: 'ENDED',
		outcome,
		endedAt: at,
		durationMs: call.answeredAt !== null || ANSWERED.includes(outcome) ? talk : null,
	};
}

/**
 * Returns the outcome that agrees with the observed phases: an answered call that fails as `busy`, `no-answer` or
 * `failed` counts as `dropped`.
 */
function outcomeOf({ answeredAt }: CallRow, { status, outcome = 'failed' }: ProviderReport): Outcome {
	if (status === 'COMPLETED') return 'completed';
	const failure = outcome === 'completed' ? 'failed' : outcome;
	return answeredAt !== null && UNANSWERED.includes(failure) ? 'dropped' : failure;
}

const talkedUntil = ({ answeredAt }: CallRow, end: number): number | null =>
	answeredAt === null ? null : Math.max(0, end - answeredAt);

/** Ends a call without a report: it was ended by hand, was canceled, or the provider is unreachable or silent. */
export function endHere(
	call: CallRow,
	status: 'COMPLETED' | 'FAILED',
	outcome: 'manual' | 'canceled' | 'provider-unreachable' | 'no-report',
	now: number,
): CallRow {
	return {
		...call,
		status,
		phase: 'ENDED',
		outcome,
		endedAt: now,
		durationMs: talkedUntil(call, now),
		updatedAt: now,
	};
}

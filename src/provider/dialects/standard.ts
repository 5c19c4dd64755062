import type { PlannedReport, ProviderReport } from '#contract';

/**
 * Builds one report in our own dialect: the body of `POST /api/webhooks/provider-status`. `occurredAt` is in
 * milliseconds since 1970.
 */
export function standardReport(
	call: { callId: string; providerId: string },
	report: PlannedReport,
	sequence: number,
	occurredAt: number,
): ProviderReport {
	return {
		callId: call.callId,
		providerId: call.providerId,
		status: report.status,
		phase: report.phase,
		...(report.outcome === null ? {} : { outcome: report.outcome }),
		sequence,
		occurredAt: new Date(occurredAt).toISOString(),
		...(report.durationMs === null ? {} : { durationMs: report.durationMs }),
	};
}

/** Returns the delivery's type, as lists and timelines show it. */
export function typeOf(report: PlannedReport): string {
	return report.phase === 'ENDED' ? 'call.ended' : `call.${report.phase.toLowerCase().replace('_', '-')}`;
}

import { z } from 'zod';
import { Milliseconds, Timestamp } from './text.ts';

const count = z.int().nonnegative();

/** A minute of the last hour: calls that were made in it, and calls that ended in it. */
export const StatsMinute = z.object({
	/** Its beginning. */
	at: Timestamp,
	created: count,
	completed: count,
	failed: count,
});
export type StatsMinute = z.infer<typeof StatsMinute>;

/** The history in figures. They count the calls that are in it: what is deleted is counted no more. */
export const Stats = z.object({
	byStatus: z.object({ PENDING: count, COMPLETED: count, FAILED: count }),
	byWorkflow: z.object({ SUPPORT: count, SALES: count, REMINDER: count }),
	/** The last 60 minutes, oldest first; the last one is under way. */
	perMinute: z.array(StatsMinute).length(60),
	/**
	 * From the request, or from the time that it was scheduled for, to the end, over the calls that ended in these
	 * minutes; good to a fortieth. null when none did.
	 */
	timeToTerminalMs: z.object({ median: Milliseconds, p95: Milliseconds }).nullable(),
});
export type Stats = z.infer<typeof Stats>;

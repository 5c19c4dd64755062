import { z } from 'zod';
import { Milliseconds, Timestamp } from './text.ts';

const count = z.int().nonnegative();

/** The calls created and the calls ended within one minute. */
export const StatsMinute = z.object({
	/** The start of the minute. */
	at: Timestamp,
	created: count,
	completed: count,
	failed: count,
});
export type StatsMinute = z.infer<typeof StatsMinute>;

/** Figures about the calls in the history. Deleted calls do not count. */
export const Stats = z.object({
	byStatus: z.object({ PENDING: count, COMPLETED: count, FAILED: count }),
	byWorkflow: z.object({ SUPPORT: count, SALES: count, REMINDER: count }),
	/** The last 60 minutes, oldest first. The last one is still in progress. */
	perMinute: z.array(StatsMinute).length(60),
	/**
	 * Milliseconds from the request, or from `scheduledAt`, to the end, over the calls that ended in these minutes.
	 * Accurate to 2.5 %. null if no call ended.
	 */
	timeToTerminalMs: z.object({ median: Milliseconds, p95: Milliseconds }).nullable(),
});
export type Stats = z.infer<typeof Stats>;

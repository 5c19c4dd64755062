import { z } from 'zod';
import { Outcome, Phase, Status } from './call.ts';
import { Milliseconds, ZonedTime } from './text.ts';

/** What a provider tells of a call. Keys that we do not know are kept with the event. */
export const ProviderReport = z.looseObject({
	callId: z.string().min(1).max(100),
	providerId: z.string().min(1).max(100),
	status: Status,
	phase: Phase.optional(),
	outcome: Outcome.optional(),
	/** The provider's own count of this call's reports. */
	sequence: z.int().nonnegative().optional(),
	occurredAt: ZonedTime.optional(),
	durationMs: Milliseconds.optional(),
});
export type ProviderReport = z.infer<typeof ProviderReport>;

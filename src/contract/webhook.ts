import { z } from 'zod';
import { Ending, Phase, Status } from './call.ts';
import { ForeignId, Milliseconds, ZonedTime } from './text.ts';

/** What a provider tells of a call. Keys that we do not know are kept with the event. */
export const ProviderReport = z.looseObject({
	callId: ForeignId,
	providerId: ForeignId,
	status: Status,
	phase: Phase.optional(),
	/** How it ended at the provider; the other outcomes are ours to tell. */
	outcome: Ending.optional(),
	/** The provider's own count of this call's reports. */
	sequence: z.int().nonnegative().optional(),
	occurredAt: ZonedTime.optional(),
	durationMs: Milliseconds.optional(),
});
export type ProviderReport = z.infer<typeof ProviderReport>;

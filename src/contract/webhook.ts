import { z } from 'zod';
import { Ending, Phase, Status } from './call.ts';
import { ForeignId, Milliseconds, ZonedTime } from './text.ts';

/** A provider's report about a call. Unknown keys are stored with the event. */
export const ProviderReport = z.looseObject({
	callId: ForeignId,
	providerId: ForeignId,
	status: Status,
	phase: Phase.optional(),
	/** How the call ended at the provider. The server sets the other outcomes itself. */
	outcome: Ending.optional(),
	/** The provider's own counter of reports for this call. */
	sequence: z.int().nonnegative().optional(),
	occurredAt: ZonedTime.optional(),
	durationMs: Milliseconds.optional(),
});
export type ProviderReport = z.infer<typeof ProviderReport>;

import { z } from 'zod';
import { Timestamp } from './text.ts';
import { EVENT_TYPES } from './words.ts';

export const EventType = z.enum(EVENT_TYPES);
export type EventType = z.infer<typeof EventType>;

/** One immutable entry of a call's timeline. */
export const Event = z.object({
	seq: z.int().positive(),
	callId: z.string(),
	type: EventType,
	at: Timestamp,
	data: z.record(z.string(), z.unknown()),
});
export type Event = z.infer<typeof Event>;

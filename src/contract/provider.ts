import { z } from 'zod';
import { CallbackUrl } from './callback-url.ts';
import { Ending, Phase, Scenario, Status, Workflow } from './call.ts';
import { ForeignId, Milliseconds, PhoneNumber, Timestamp, ZonedTime } from './text.ts';
import { DELIVERY_STATES } from './words.ts';

/** The body of send-call, the app's request to the provider. */
export const SendCall = z.strictObject({
	callId: ForeignId,
	phoneNumber: PhoneNumber,
	workflow: Workflow,
	scenario: Scenario.nullish(),
	/** Where the provider sends its reports. Defaults to this server's own address. */
	callbackUrl: CallbackUrl.nullish(),
});
export type SendCall = z.infer<typeof SendCall>;

export const SendCallResponse = z.object({
	providerId: ForeignId,
	/** Milliseconds from the response to the final status. */
	scheduledInMs: Milliseconds,
});
export type SendCallResponse = z.infer<typeof SendCallResponse>;

/** One report that the provider plans to send. */
export const PlannedReport = z.object({
	/** Milliseconds after acceptance. */
	afterMs: Milliseconds,
	phase: Phase,
	status: Status,
	outcome: Ending.nullable(),
	durationMs: Milliseconds.nullable(),
});
export type PlannedReport = z.infer<typeof PlannedReport>;

/** The provider's record of an accepted call. */
export const ProviderCall = z.object({
	providerId: z.string(),
	callId: z.string(),
	phoneNumber: z.string(),
	workflow: Workflow,
	scenario: Scenario.nullable(),
	callbackUrl: z.string().nullable(),
	state: z.enum(['active', 'ended', 'canceled']),
	plan: z.array(PlannedReport),
	acceptedAt: Timestamp,
	endsAt: Timestamp,
});
export type ProviderCall = z.infer<typeof ProviderCall>;

/** Why a call is hung up. `deleted` also cancels the pending reports of a call that has already ended. */
export const HangUp = z.strictObject({ deleted: z.boolean().optional() });
export type HangUp = z.infer<typeof HangUp>;

const rate = z.number().min(0).max(1);

export const Settings = z.strictObject({
	delayMs: z
		.strictObject({ min: Milliseconds.max(3_600_000), max: Milliseconds.max(3_600_000) })
		.refine(({ min, max }) => min <= max, '`delayMs.min` must be at most `delayMs.max`.'),
	/** The share of calls that fail if neither a scenario nor a test number decides the outcome. */
	failRate: rate,
	/** The seed for repeatable draws. null draws a new seed each time. */
	seed: z.string().max(100).nullable(),
	/** Divides the provider's delays and both retry schedules. */
	speed: z.number().min(1).max(1_000),
	faults: z.strictObject({
		doubled: rate,
		reordered: rate,
		late: rate,
		lost: rate,
		badSignature: rate,
		stale: rate,
		refused: rate,
		rateLimited: rate,
		timedOut: rate,
		acceptedThenFailed: rate,
	}),
	/** Faults are disabled after this time. */
	until: ZonedTime.transform((time) => new Date(time).toISOString()).nullable(),
});
export type Settings = z.infer<typeof Settings>;

export const NO_FAULTS: Settings['faults'] = {
	doubled: 0,
	reordered: 0,
	late: 0,
	lost: 0,
	badSignature: 0,
	stale: 0,
	refused: 0,
	rateLimited: 0,
	timedOut: 0,
	acceptedThenFailed: 0,
};

export const DeliveryState = z.enum(DELIVERY_STATES, { error: `Choose one of ${DELIVERY_STATES.join(', ')}.` });
export type DeliveryState = z.infer<typeof DeliveryState>;

/** One attempt to deliver a webhook. */
export const Attempt = z.object({
	number: z.int().positive(),
	at: Timestamp,
	durationMs: Milliseconds,
	manual: z.boolean(),
	request: z.object({ headers: z.record(z.string(), z.string()), body: z.string() }),
	/** null without a response. If `error` is set too, the body of the response broke off. */
	response: z
		.object({
			status: z.int(),
			/** Several `set-cookie` headers are joined by line breaks. */
			headers: z.record(z.string(), z.string()),
			body: z.string(),
			truncated: z.boolean(),
		})
		.nullable(),
	error: z.string().nullable(),
});
export type Attempt = z.infer<typeof Attempt>;

/** One webhook event. Its id is the `webhook-id`, which is the same for every attempt. */
export const Delivery = z.object({
	id: z.string(),
	callId: z.string(),
	providerId: z.string(),
	type: z.string(),
	url: z.string(),
	state: DeliveryState,
	attempts: z.array(Attempt),
	nextAttemptAt: Timestamp.nullable(),
	createdAt: Timestamp,
});
export type Delivery = z.infer<typeof Delivery>;

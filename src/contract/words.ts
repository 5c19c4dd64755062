/** The product's vocabulary. Free of Zod, so the browser can import the values. */

export const WORKFLOWS = ['SUPPORT', 'SALES', 'REMINDER'] as const;
export const STATUSES = ['PENDING', 'COMPLETED', 'FAILED'] as const;
/** In lifecycle order. Phases only advance, and a call may skip some. */
export const PHASES = ['SCHEDULED', 'QUEUED', 'INITIATED', 'RINGING', 'IN_PROGRESS', 'ENDED'] as const;
/** Why a call ended. */
export const OUTCOMES = [
	'completed',
	'busy',
	'no-answer',
	/** The call was never answered. */
	'failed',
	/** The call broke off after the answer. */
	'dropped',
	'canceled',
	'provider-unreachable',
	'no-report',
	'manual',
] as const;
/** The outcomes that a provider can report. */
export const ENDINGS = ['completed', 'busy', 'no-answer', 'failed', 'dropped', 'canceled'] as const;
/** The scenarios that the simulated provider knows by name. */
export const SCENARIO_NAMES = [
	'completed',
	'busy',
	'no-answer',
	'failed',
	'dropped',
	'canceled',
	'slow',
	'provider-down',
] as const;
export const EVENT_TYPES = [
	'created',
	'queued',
	'dispatch.attempt',
	'initiated',
	'ringing',
	'in-progress',
	'ended',
	'corrected',
	'webhook.ignored',
	'webhook.rejected',
	'fault',
	'transcript',
] as const;
export const DELIVERY_STATES = ['pending', 'delivered', 'retrying', 'dead', 'canceled'] as const;
/**
 * The groups of the deliveries page, most urgent first. `states` lists the states of a group. `again` lists the
 * states that a manual bulk redelivery sends: not `pending`, because a first attempt waits for its own due time.
 */
export const DELIVERY_GROUPS = {
	pending: { states: ['pending', 'retrying'], again: ['retrying'] },
	failed: { states: ['dead'], again: ['dead'] },
	delivered: { states: ['delivered'], again: ['delivered'] },
	canceled: { states: ['canceled'], again: [] },
} as const satisfies Record<string, { states: readonly DeliveryWord[]; again: readonly DeliveryWord[] }>;
type DeliveryWord = (typeof DELIVERY_STATES)[number];

/** The maximum length of a customer name after trimming, in visible code points. */
export const NAME_MAX = 80;
/** The maximum length of a run label, in characters. */
export const RUN_MAX = 64;
/** The path that receives webhooks. */
export const WEBHOOK_PATH = '/api/webhooks/provider-status';
/** Milliseconds of silence from the server after which a client no longer shows itself as live. */
export const SILENT_AFTER_MS = 12_000;

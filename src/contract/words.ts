/** The product's words, without Zod, so that the browser may import them as values. */

export const WORKFLOWS = ['SUPPORT', 'SALES', 'REMINDER'] as const;
export const STATUSES = ['PENDING', 'COMPLETED', 'FAILED'] as const;
/** In the order in which a call goes through them; phases only advance and may be skipped. */
export const PHASES = ['SCHEDULED', 'QUEUED', 'INITIATED', 'RINGING', 'IN_PROGRESS', 'ENDED'] as const;
/** Why a call ended. */
export const OUTCOMES = [
	'completed',
	'busy',
	'no-answer',
	/** Never answered. */
	'failed',
	/** Broke off after the answer. */
	'dropped',
	'canceled',
	'provider-unreachable',
	'no-report',
	'manual',
] as const;
/** How a call can end at a provider. */
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
 * The groups of the deliveries page, in the order in which they need somebody: their states, and which of these are sent
 * again together by hand. What was never tried waits for its own time.
 */
export const DELIVERY_GROUPS = {
	onItsWay: { states: ['pending', 'retrying'], again: ['retrying'] },
	gaveUp: { states: ['dead'], again: ['dead'] },
	delivered: { states: ['delivered'], again: ['delivered'] },
	canceled: { states: ['canceled'], again: [] },
} as const satisfies Record<string, { states: readonly DeliveryWord[]; again: readonly DeliveryWord[] }>;
type DeliveryWord = (typeof DELIVERY_STATES)[number];

/** The longest customer name, in characters (code points), after trimming. */
export const NAME_MAX = 80;
/** The longest label of a run, in characters. */
export const RUN_MAX = 64;
/** The path on which webhooks arrive. */
export const WEBHOOK_PATH = '/api/webhooks/provider-status';
/** The milliseconds without a word from the server after which a client no longer calls itself live. */
export const SILENT_AFTER_MS = 12_000;

import type { Settings } from '#contract';
import type { Dice } from './dice.ts';

type Rates = Settings['faults'];

/** What goes wrong with a webhook, once, on its first way. */
export type DeliveryFault = 'doubled' | 'lost' | 'badSignature' | 'stale' | 'late' | 'reordered';
/** What goes wrong at the provider's door when it is asked for a call. */
export type DoorFault = 'refused' | 'rateLimited' | 'timedOut' | 'acceptedThenFailed';

const DOOR_FAULTS = ['refused', 'rateLimited', 'timedOut', 'acceptedThenFailed'] as const satisfies DoorFault[];
/** A webhook that never left, or left with a wrong signature, or an old time: one of them at most. */
const FIRST_TRY_FAULTS = ['lost', 'badSignature', 'stale'] as const satisfies DeliveryFault[];

const NONE = Object.fromEntries(
	[...DOOR_FAULTS, ...FIRST_TRY_FAULTS, 'doubled', 'late', 'reordered'].map((name) => [name, 0]),
) as Rates;

/** The rates that hold at `now`: all zero once `until` has passed. */
export function ratesAt({ faults, until }: Settings, now: number): Rates {
	return until !== null && Date.parse(until) <= now ? NONE : faults;
}

/** One fault at the door, or none. Every rate is drawn whatever the others gave, so that no knob moves another's dice. */
export function drawDoorFault(rates: Rates, dice: Dice): DoorFault | null {
	const drawn = DOOR_FAULTS.filter((fault) => dice() < rates[fault]);
	return drawn[0] ?? null;
}

/** A webhook as it will be sent. */
export interface Webhook {
	afterMs: number;
	faults: DeliveryFault[];
}

/**
 * Draws the faults of a call's webhooks, in order, the last one being its end. A late one comes after the end; two that
 * are reordered change places.
 */
export function drawDeliveryFaults(rates: Rates, dice: Dice, due: readonly number[]): Webhook[] {
	const webhooks = due.map((afterMs): Webhook => {
		const first = FIRST_TRY_FAULTS.filter((fault) => dice() < rates[fault]).slice(0, 1);
		const doubled = dice() < rates.doubled;
		return { afterMs, faults: doubled ? [...first, 'doubled'] : first };
	});
	const draws = webhooks.map(() => ({ late: dice() < rates.late, reordered: dice() < rates.reordered }));
	const end = webhooks.at(-1);
	for (const [i, webhook] of webhooks.entries()) {
		const next = webhooks[i + 1];
		if (!next || !end) continue;
		if (draws[i]?.late) {
			webhook.afterMs = end.afterMs + lateByMs(end.afterMs);
			webhook.faults.push('late');
		} else if (draws[i]?.reordered && !next.faults.includes('reordered')) {
			[webhook.afterMs, next.afterMs] = [next.afterMs, webhook.afterMs];
			webhook.faults.push('reordered');
		}
	}
	return webhooks;
}

/** Late enough to be seen as late, whatever the speed: a tenth of the call's length, at least 5 ms. */
const lateByMs = (lengthMs: number): number => Math.max(5, Math.round(lengthMs / 10));

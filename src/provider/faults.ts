import { NO_FAULTS, type Settings } from '#contract';
import type { Dice } from './dice.ts';

type Rates = Settings['faults'];

/** What goes wrong with a webhook, once, on its first way. */
export type DeliveryFault = 'doubled' | 'lost' | 'badSignature' | 'stale' | 'late' | 'reordered';
/** What goes wrong at the provider's door when it is asked for a call. */
export type DoorFault = 'refused' | 'rateLimited' | 'timedOut' | 'acceptedThenFailed';

const DOOR_FAULTS = ['refused', 'rateLimited', 'timedOut', 'acceptedThenFailed'] as const satisfies DoorFault[];
/** A webhook that never left, left with a wrong signature or an old time, or left twice: one of them at most. */
const FIRST_TRY_FAULTS = ['lost', 'badSignature', 'stale', 'doubled'] as const satisfies DeliveryFault[];

/** The rates that hold at `now`: all zero once `until` has passed. */
export function ratesAt({ faults, until }: Settings, now: number): Rates {
	return until !== null && Date.parse(until) <= now ? NO_FAULTS : faults;
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
 * Draws the faults of a call's webhooks, in order, the last one being its end. A late one comes after the end; of two that
 * are reordered the earlier one comes just after the later one: nothing is told before it happened. `ratesAfter` tells
 * the rates that will hold by then. Every draw is made whatever the
 * others gave, so that no knob moves another's dice.
 */
export function drawDeliveryFaults(ratesAfter: (ms: number) => Rates, dice: Dice, due: readonly number[]): Webhook[] {
	const webhooks = due.map((afterMs): Webhook => {
		const rates = ratesAfter(afterMs);
		const drawn = FIRST_TRY_FAULTS.filter((fault) => dice() < rates[fault]);
		return { afterMs, faults: drawn.slice(0, 1) };
	});
	const draws = due.map(() => ({ late: dice(), reordered: dice() }));
	const endsAfter = due.at(-1) ?? 0;
	const lateAfter = endsAfter + lateByMs(endsAfter);
	const isLate = (i: number): boolean => i < due.length - 1 && draws[i]!.late < ratesAfter(lateAfter).late;
	for (const [i, webhook] of webhooks.entries()) {
		const next = webhooks[i + 1];
		if (!next) continue;
		if (isLate(i)) {
			webhook.afterMs = lateAfter;
			webhook.faults.push('late');
		} else if (
			draws[i]!.reordered < ratesAfter(next.afterMs + 1).reordered &&
			!webhooks[i - 1]?.faults.includes('reordered') &&
			!isLate(i + 1) // behind a late one it would be late too
		) {
			webhook.afterMs = next.afterMs + 1;
			webhook.faults.push('reordered');
		}
	}
	return webhooks;
}

/** Late enough to be seen as late, whatever the speed: a tenth of the call's length, at least 5 ms. */
const lateByMs = (lengthMs: number): number => Math.max(5, Math.round(lengthMs / 10));

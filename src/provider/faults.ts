import { NO_FAULTS, type Settings } from '#contract';
import type { Dice } from './dice.ts';

type Rates = Settings['faults'];

/** A fault of a webhook. Each fault happens once, on the first attempt. */
export type DeliveryFault = 'doubled' | 'lost' | 'badSignature' | 'stale' | 'late' | 'reordered';
/** A fault of the provider's API when the app sends a call. */
export type DoorFault = 'refused' | 'rateLimited' | 'timedOut' | 'acceptedThenFailed';

const DOOR_FAULTS = ['refused', 'rateLimited', 'timedOut', 'acceptedThenFailed'] as const satisfies DoorFault[];
/** Lost, sent with a wrong signature or an old timestamp, or sent twice. A webhook gets at most one of these. */
const FIRST_TRY_FAULTS = ['lost', 'badSignature', 'stale', 'doubled'] as const satisfies DeliveryFault[];

/** Returns the rates in force at `now`: all zero after `until`. */
export function ratesAt({ faults, until }: Settings, now: number): Rates {
	return until !== null && Date.parse(until) <= now ? NO_FAULTS : faults;
}

/** Draws at most one admission fault. Every rate is always drawn, so that one rate never changes another's draws. */
export function drawDoorFault(rates: Rates, dice: Dice): DoorFault | null {
	const drawn = DOOR_FAULTS.filter((fault) => dice() < rates[fault]);
	return drawn[0] ?? null;
}

/** When a webhook is sent, in milliseconds after the call was accepted, and with which faults. */
export interface Webhook {
	afterMs: number;
	faults: DeliveryFault[];
}

/**
 * Draws the faults of a call's webhooks. `due` holds their times in order, the call's end last. A late webhook is
 * sent after the end. Of a reordered pair, the earlier is sent just after the later, so no report precedes its
 * event. `ratesAfter` returns the rates in force after `ms`. Every draw is always made, so that one rate never
 * changes another's draws.
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
			!isLate(i + 1) // just after a late webhook, this one would be late too
		) {
			webhook.afterMs = next.afterMs + 1;
			webhook.faults.push('reordered');
		}
	}
	return webhooks;
}

/**
 * Returns how late a late webhook is: a tenth of the call's length, at least 5 ms. This is noticeable at any speed.
 */
const lateByMs = (lengthMs: number): number => Math.max(5, Math.round(lengthMs / 10));

import { ProblemError, type SendCall, type Settings } from '#contract';
import { diceOf } from './dice.ts';
import { drawDoorFault, ratesAt, type DoorFault } from './faults.ts';
import type { ProviderStore } from './store.ts';

/**
 * The result of the admission of one send-call request: `open` without a fault, otherwise the fault that the route
 * must inject.
 */
export type Reception = 'open' | Extract<DoorFault, 'timedOut' | 'acceptedThenFailed'>;

export interface DoorDeps {
	store: Pick<ProviderStore, 'knock'>;
	settings(): Settings;
	now(): number;
	/** Returns a random seed, for settings without a seed. */
	newSeed(): string;
	/** Records an injected fault in the call's timeline. */
	onFault(callId: string, data: { fault: DoorFault; attempt: number }): Promise<void>;
}

/**
 * Creates the function that draws an admission fault for a send-call request, by call and attempt. The function
 * throws `provider_refused` for the fault `refused`, and `too_many_requests` for `rateLimited`.
 */
export function createDoor({ store, settings, now, newSeed, onFault }: DoorDeps) {
	return async (key: string | null, request: SendCall): Promise<Reception> => {
		const current = settings();
		const rates = ratesAt(current, now());
		if (rates.refused + rates.rateLimited + rates.timedOut + rates.acceptedThenFailed === 0) return 'open';
		const { attempt, earlier } = await store.knock(key, request);
		const { callId, phoneNumber, workflow } = request;
		const fault = drawDoorFault(
			rates,
			diceOf(current.seed ?? newSeed(), phoneNumber, workflow, earlier, 'door', attempt),
		);
		if (fault === null) return 'open';
		await onFault(callId, { fault, attempt });
		if (fault === 'refused')
			throw new ProblemError(
				'provider_refused',
				'Injected fault: the provider refused this attempt. Retry the request.',
			);
		if (fault === 'rateLimited')
			throw new ProblemError('too_many_requests', 'Injected fault: too many calls at once. Retry the request later.', {
				retryAfterSeconds: 1,
			});
		return fault;
	};
}

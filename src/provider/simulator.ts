import { createHash } from 'node:crypto';
import { v4, v7 } from 'uuid';
import { ProblemError, type ProviderCall, type SendCall, type SendCallAnswer, type Settings } from '#contract';
import { diceOf } from './dice.ts';
import { standardReport, typeOf } from './dialects/standard.ts';
import { planCall } from './scenarios.ts';
import type { Acceptance, ProviderStore } from './store.ts';

export interface Simulator {
	/**
	 * Accepts a call, plans its life and writes its future into the outbox. The same key answers the same bytes; with
	 * another body it throws `idempotency_conflict`.
	 */
	accept(key: string | null, request: SendCall): Promise<{ answer: string; replayed: boolean }>;
	/** Throws `not_found`. */
	hangUp(providerId: string): Promise<ProviderCall>;
	/** Throws `not_found`. */
	get(providerId: string): Promise<ProviderCall>;
	list(): Promise<ProviderCall[]>;
}

export interface SimulatorDeps {
	store: ProviderStore;
	settings(): Settings;
	now(): number;
	/** There are new deliveries. */
	onDeliveries(): void;
}

const LIST_MAX = 200;

export function createSimulator({ store, settings, now, onDeliveries }: SimulatorDeps): Simulator {
	function plan(key: string | null, request: SendCall, requestHash: string, earlier: number): Acceptance {
		const current = settings();
		const acceptedAt = now();
		const providerId = `sim_${v7({ msecs: acceptedAt }).replaceAll('-', '')}`;
		const dice = diceOf(current.seed ?? v4(), request.phoneNumber, request.workflow, earlier);
		const reports = planCall(request.scenario ?? null, current, dice);
		const answer: SendCallAnswer = { providerId, scheduledInMs: reports.at(-1)?.afterMs ?? 0 };
		return {
			...{ providerId, key, request, requestHash, acceptedAt, plan: reports },
			answer: JSON.stringify(answer),
			deliveries: reports.map((report, i) => {
				const sequence = i + 1;
				const dueAt = acceptedAt + report.afterMs;
				const body = JSON.stringify(standardReport({ callId: request.callId, providerId }, report, sequence, dueAt));
				return { id: `msg_${v4().replaceAll('-', '')}`, sequence, type: typeOf(report), body, dueAt };
			}),
		};
	}

	const found = (call: ProviderCall | null, providerId: string): ProviderCall => {
		if (call) return call;
		throw new ProblemError('not_found', `The provider has accepted no call ${providerId.slice(0, 100)}.`);
	};

	return {
		async accept(key, request) {
			const hash = createHash('sha256').update(JSON.stringify(request)).digest('base64url');
			const { answer, requestHash, replayed } = await store.accept(key, request, (earlier) =>
				plan(key, request, hash, earlier),
			);
			if (requestHash !== hash)
				throw new ProblemError(
					'idempotency_conflict',
					'This Idempotency-Key came with another body before. Use a new key.',
				);
			if (!replayed) onDeliveries();
			return { answer, replayed };
		},
		hangUp: async (providerId) => found(await store.cancel(providerId), providerId),
		get: async (providerId) => found(await store.get(providerId), providerId),
		list: () => store.list(LIST_MAX),
	};
}

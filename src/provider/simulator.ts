import { createHash } from 'node:crypto';
import { v4, v7 } from 'uuid';
import {
	ProblemError,
	type PlannedReport,
	type ProviderCall,
	type SendCall,
	type SendCallAnswer,
	type Settings,
} from '#contract';
import { diceOf } from './dice.ts';
import { standardReport, typeOf } from './dialects/standard.ts';
import { drawDeliveryFaults, ratesAt } from './faults.ts';
import { scenarioOf } from './numbers.ts';
import { planCall } from './scenarios.ts';
import type { Acceptance, PlannedDelivery, ProviderStore } from './store.ts';

export interface Simulator {
	/**
	 * Accepts a call, plans its life and writes its future into the outbox. The same key answers the same bytes; with
	 * another body it throws `idempotency_conflict`. A call whose scenario is `provider-down` is `provider_refused`.
	 */
	accept(key: string | null, request: SendCall): Promise<{ answer: string; replayed: boolean }>;
	/** Of a call that was `deleted` nothing is reported any more. Throws `not_found`. */
	hangUp(providerId: string, deleted: boolean): Promise<ProviderCall>;
	/** Throws `not_found`. */
	get(providerId: string): Promise<ProviderCall>;
	list(): Promise<ProviderCall[]>;
}

export interface SimulatorDeps {
	store: ProviderStore;
	settings(): Settings;
	now(): number;
	/** These deliveries are new, or were canceled. */
	onDeliveries(ids: readonly string[]): void;
}

const LIST_MAX = 200;

export function createSimulator({ store, settings, now, onDeliveries }: SimulatorDeps): Simulator {
	function plan(key: string | null, request: SendCall, requestHash: string, earlier: number): Acceptance {
		const current = settings();
		const acceptedAt = now();
		const providerId = `sim_${v7({ msecs: acceptedAt }).replaceAll('-', '')}`;
		const dice = (...words: string[]) =>
			diceOf(current.seed ?? v4(), request.phoneNumber, request.workflow, earlier, ...words);
		const reports = planCall(scenarioOf(request.scenario ?? null, request.phoneNumber), current, dice());
		const answer: SendCallAnswer = { providerId, scheduledInMs: reports.at(-1)?.afterMs ?? 0 };
		const due = reports.map(({ afterMs }) => afterMs);
		const webhooks = drawDeliveryFaults((ms) => ratesAt(current, acceptedAt + ms), dice('webhooks'), due);
		return {
			...{ providerId, key, request, requestHash, acceptedAt, plan: reports },
			answer: JSON.stringify(answer),
			deliveries: reports.map((report, i) => {
				const { afterMs, faults } = webhooks[i]!;
				// A webhook that is late or out of order still says when it happened.
				const planned = deliveryOf({ callId: request.callId, providerId }, report, i + 1, acceptedAt + report.afterMs);
				return { ...planned, dueAt: acceptedAt + afterMs, faults };
			}),
		};
	}

	const found = (call: ProviderCall | null, providerId: string): ProviderCall => {
		if (call) return call;
		throw new ProblemError('not_found', `The provider has accepted no call ${providerId.slice(0, 100)}.`);
	};

	return {
		async accept(key, request) {
			if (scenarioOf(request.scenario ?? null, request.phoneNumber) === 'provider-down')
				throw new ProblemError('provider_refused', 'The provider is down, as this call asked for.');
			const hash = createHash('sha256').update(JSON.stringify(request)).digest('base64url');
			let planned: readonly PlannedDelivery[] = [];
			const { answer, requestHash, replayed } = await store.accept(key, request, (earlier) => {
				const acceptance = plan(key, request, hash, earlier);
				planned = acceptance.deliveries;
				return acceptance;
			});
			if (requestHash !== hash)
				throw new ProblemError(
					'idempotency_conflict',
					'This Idempotency-Key came with another body before. Use a new key.',
				);
			if (!replayed) onDeliveries(planned.map(({ id }) => id));
			return { answer, replayed };
		},
		async hangUp(providerId, deleted) {
			const call = found(await store.cancel(providerId, farewell, deleted), providerId);
			onDeliveries(await store.deliveriesOf(providerId));
			return call;
		},
		get: async (providerId) => found(await store.get(providerId), providerId),
		list: () => store.list(LIST_MAX),
	};
}

function deliveryOf(
	call: { callId: string; providerId: string },
	report: PlannedReport,
	sequence: number,
	occurredAt: number,
): PlannedDelivery {
	const body = JSON.stringify(standardReport(call, report, sequence, occurredAt));
	// In the order of time: those that come together lie together in every index that has them.
	return { id: `msg_${v7().replaceAll('-', '')}`, sequence, type: typeOf(report), body };
}

/** The last report of a call that was hung up, as real providers send it. */
function farewell(call: ProviderCall, now: number): PlannedDelivery {
	const afterMs = Math.max(0, now - Date.parse(call.acceptedAt));
	const report: PlannedReport = { afterMs, phase: 'ENDED', status: 'FAILED', outcome: 'canceled', durationMs: null };
	return deliveryOf(call, report, call.plan.length + 1, now);
}

import { createHash } from 'node:crypto';
import { v4, v7 } from 'uuid';
import {
	ProblemError,
	type PlannedReport,
	type ProviderCall,
	type SendCall,
	type SendCallResponse,
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
	 * Accepts a call, plans its reports and writes them as webhooks into the outbox. A repeated key returns the
	 * same response, byte for byte. Throws `idempotency_conflict` if the key came with another body, and
	 * `provider_refused` for the scenario `provider-down`.
	 */
	accept(key: string | null, request: SendCall): Promise<{ answer: string; replayed: boolean }>;
	/**
	 * Hangs up a call. If the call has already ended and `deleted` is true, cancels its remaining reports. Throws
	 * `not_found`.
	 */
	hangUp(providerId: string, deleted: boolean): Promise<ProviderCall>;
	/** Throws `not_found`. */
	get(providerId: string): Promise<ProviderCall>;
	list(): Promise<ProviderCall[]>;
}

export interface SimulatorDeps {
	store: ProviderStore;
	settings(): Settings;
	now(): number;
	/** Called when these deliveries are new or were canceled. */
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
		const answer: SendCallResponse = { providerId, scheduledInMs: reports.at(-1)?.afterMs ?? 0 };
		const due = reports.map(({ afterMs }) => afterMs);
		const webhooks = drawDeliveryFaults((ms) => ratesAt(current, acceptedAt + ms), dice('webhooks'), due);
		return {
			providerId,
			key,
			request,
			requestHash,
			acceptedAt,
			plan: reports,
			answer: JSON.stringify(answer),
			deliveries: reports.map((report, i) => {
				const { afterMs, faults } = webhooks[i]!;
				// The report of a late or reordered webhook still has the time of its event.
				const planned = deliveryOf({ callId: request.callId, providerId }, report, i + 1, acceptedAt + report.afterMs);
				return { ...planned, dueAt: acceptedAt + afterMs, faults };
			}),
		};
	}

	const found = (call: ProviderCall | null, providerId: string): ProviderCall => {
		if (call) return call;
		throw new ProblemError('not_found', `The provider has no call ${providerId.slice(0, 100)}.`);
	};

	return {
		async accept(key, request) {
			if (scenarioOf(request.scenario ?? null, request.phoneNumber) === 'provider-down')
				throw new ProblemError(
					'provider_refused',
					'The scenario of this call is provider-down: the provider refuses every attempt.',
				);
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
					'This Idempotency-Key was used with another body. Use a new key.',
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
	// UUID v7 is in order of time, so deliveries created together are adjacent in every index.
	return { id: `msg_${v7().replaceAll('-', '')}`, sequence, type: typeOf(report), body };
}

/** Returns the last report of a call that was hung up. Real providers send such a report too. */
function farewell(call: ProviderCall, now: number): PlannedDelivery {
	const afterMs = Math.max(0, now - Date.parse(call.acceptedAt));
	const report: PlannedReport = { afterMs, phase: 'ENDED', status: 'FAILED', outcome: 'canceled', durationMs: null };
	return deliveryOf(call, report, call.plan.length + 1, now);
}

import { createContext } from 'svelte';
import { SvelteSet } from 'svelte/reactivity';
import type { Delivery, DeliveriesView, RedeliverMany } from '#contract';
import { saidWhat, type Refusal } from '#lib/api/api.ts';
import { cancelDelivery, redeliver, redeliverMany } from '#lib/api/deliveries.ts';
import { outcome } from './words.ts';

/**
 * How long `redeliver` waits for the receiver's response before the notice says “No response yet”. A later
 * response appears on the page like any other change.
 */
const RESPONSE_MS = 4_000;

/** What the actions need from their page. */
interface Desk {
	/** Reloads the page's data and returns it. */
	reload(): Promise<DeliveriesView>;
	/** Returns true while the socket notifies the page of every change. */
	isPushed(): boolean;
}

/** The user's actions on this page, and their outcomes. */
export class DeliveryActions {
	/** The outcome of the last action, as a sentence. */
	notice = $state('');
	failure = $state.raw<{ title: string; detail: string } | null>(null);

	#busy = new SvelteSet<string>();
	#desk: Desk;
	/** Callbacks that receive each new view. A callback removes itself when the view shows what it waits for. */
	#waiting: ((view: DeliveriesView) => void)[] = [];

	constructor(desk: Desk) {
		this.#desk = desk;
	}

	/** Returns true while this delivery is being sent or canceled. */
	isBusy(id: string): boolean {
		return this.#busy.has(id);
	}

	/** Call this whenever the page shows new data. */
	shows(view: DeliveriesView): void {
		for (const look of [...this.#waiting]) look(view);
	}

	async redeliver(delivery: Delivery): Promise<void> {
		await this.#act(delivery.id, async () => {
			const response = this.#desk.isPushed() ? this.#response(delivery) : null;
			const { problem } = await redeliver(delivery.id);
			if (problem) {
				response?.stop();
				return this.#refuse('Not redelivered', problem);
			}
			const view = (await response?.arrives) ?? (await this.#desk.reload());
			this.notice = outcome(delivery, find(view, delivery.id));
		});
	}

	async cancel(delivery: Delivery): Promise<void> {
		await this.#act(delivery.id, async () => {
			const { problem } = await cancelDelivery(delivery.id);
			if (problem) return this.#refuse('Not canceled', problem);
			await this.#desk.reload();
			this.notice = `${delivery.type} canceled. It will not be sent again.`;
		});
	}

	/** Sends all matching deliveries again. Returns the problem for the dialog, or null. */
	async redeliverMany(filter: NonNullable<RedeliverMany['filter']>): Promise<Refusal | null> {
		this.notice = '';
		const { ok, problem } = await redeliverMany(filter, false);
		if (problem) return problem;
		await this.#desk.reload();
		this.notice = `Redelivering ${ok.count} ${ok.count === 1 ? 'webhook' : 'webhooks'}.`;
		return null;
	}

	async load(): Promise<void> {
		this.notice = '';
		await this.#desk.reload();
		this.notice = 'Reloaded.';
	}

	async #act(id: string, work: () => Promise<void>): Promise<void> {
		if (this.#busy.has(id)) return;
		this.#busy.add(id);
		this.notice = '';
		this.failure = null;
		try {
			await work();
		} finally {
			this.#busy.delete(id);
		}
	}

	/**
	 * Shows why the action failed. If the server rejected the action, the page's data may be old, so the data is
	 * reloaded.
	 */
	async #refuse(title: string, problem: Refusal): Promise<void> {
		this.failure = { title, detail: saidWhat(problem) };
		if (problem.status !== 0) await this.#desk.reload();
	}

	/**
	 * `arrives` resolves with the first view that shows a new attempt of this delivery, or that no longer shows
	 * the delivery. It resolves with null after `RESPONSE_MS`, or when `stop` is called.
	 */
	#response({ id, attempts }: Delivery): { arrives: Promise<DeliveriesView | null>; stop: () => void } {
		let stop = (): void => undefined;
		const arrives = new Promise<DeliveriesView | null>((resolve) => {
			const done = (view: DeliveriesView | null): void => {
				clearTimeout(late);
				this.#waiting = this.#waiting.filter((one) => one !== look);
				resolve(view);
			};
			const look = (view: DeliveriesView): void => {
				const now = find(view, id);
				if (!now || now.attempts.length > attempts.length) done(view);
			};
			const late = setTimeout(() => done(null), RESPONSE_MS);
			this.#waiting.push(look);
			stop = () => done(null);
		});
		return { arrives, stop };
	}
}

const find = ({ groups }: DeliveriesView, id: string): Delivery | undefined =>
	groups.flatMap(({ deliveries }) => deliveries).find((delivery) => delivery.id === id);

export const [getDeliveryActions, setDeliveryActions] = createContext<DeliveryActions>();

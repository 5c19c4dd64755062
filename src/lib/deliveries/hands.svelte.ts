import { createContext } from 'svelte';
import type { Delivery, DeskView, RedeliverMany } from '#contract';
import { saidWhat, type Refusal } from '#lib/api/api.ts';
import { cancelDelivery, redeliver, redeliverMany } from '#lib/api/deliveries.ts';
import { outcome } from './words.ts';

/** Most receivers have answered by then; nothing tells this page when, and it does not ask twice. */
const ANSWERED_MS = 600;

/** What is done by hand on this page, and what came of it. */
export class Hands {
	/** The delivery that is being sent or canceled. */
	busy = $state<string | null>(null);
	/** What came of the last act, in a sentence. */
	said = $state('');
	failure = $state.raw<{ title: string; detail: string } | null>(null);

	#reload: () => Promise<DeskView>;

	/** `reload` loads the page's data anew and answers it. */
	constructor(reload: () => Promise<DeskView>) {
		this.#reload = reload;
	}

	async redeliver(delivery: Delivery): Promise<void> {
		await this.#act(delivery.id, async () => {
			const { problem } = await redeliver(delivery.id);
			if (problem) return this.#refuse('Not redelivered', problem);
			await pause(ANSWERED_MS);
			const after = find(await this.#reload(), delivery.id);
			this.said = outcome(delivery, after);
		});
	}

	async cancel(delivery: Delivery): Promise<void> {
		await this.#act(delivery.id, async () => {
			const { problem } = await cancelDelivery(delivery.id);
			if (problem) return this.#refuse('Not canceled', problem);
			await this.#reload();
			this.said = `${delivery.type} canceled. It is not tried again.`;
		});
	}

	/** Answers what went wrong, for the dialog that asked. */
	async redeliverMany(filter: NonNullable<RedeliverMany['filter']>): Promise<Refusal | null> {
		this.said = '';
		const { ok, problem } = await redeliverMany(filter, false);
		if (problem) return problem;
		await pause(ANSWERED_MS);
		await this.#reload();
		this.said = `${ok.count} sent again.`;
		return null;
	}

	async load(): Promise<void> {
		this.said = '';
		await this.#reload();
		this.said = 'Loaded again.';
	}

	async #act(id: string, work: () => Promise<void>): Promise<void> {
		if (this.busy !== null) return;
		this.busy = id;
		this.said = '';
		this.failure = null;
		await work();
		this.busy = null;
	}

	/** What was refused stands otherwise than the page shows it. */
	async #refuse(title: string, problem: Refusal): Promise<void> {
		this.failure = { title, detail: saidWhat(problem) };
		if (problem.status !== 0) await this.#reload();
	}
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const find = ({ groups }: DeskView, id: string): Delivery | undefined =>
	groups.flatMap(({ deliveries }) => deliveries).find((delivery) => delivery.id === id);

export const [getHands, setHands] = createContext<Hands>();

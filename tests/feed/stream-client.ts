import { setTimeout as pause } from 'node:timers/promises';
import { SILENT_AFTER_MS } from '#contract';
import { isPast } from '#contract/cursor.ts';
import { onChanges, onHead, onSync, type Step } from '#lib/live/frames.ts';
import { waitBefore } from '#lib/live/retries.ts';
import type { Dice } from '#provider/dice.ts';
import { messageIn, type Message } from '#tests/support/stream.ts';
import { LIST_WITHIN_MS, type Client } from './client.ts';
import { readList } from './list.ts';
import type { AcknowledgedChanges } from './told.ts';
import { View } from './view.ts';

/** Why a stream ended: open another one from the cursor, or load the list first. */
type End = 'again' | 'reload';

/**
 * A client that follows `GET /api/events`, for all calls or one run, and resumes with `Last-Event-ID`. The
 * product's own functions decide what each message means. After any error the client reconnects.
 */
export class StreamClient implements Client {
	readonly view: View;
	readonly run: string | undefined;
	loads = 0;
	failedLoads = 0;

	#name: string;
	#url: string;
	#dice: Dice;
	#cursor: string | null = null;
	/** Whether this stream has delivered its `sync`. */
	#synced = false;
	/**
	 * A time at which the last message was certainly current: the server's time in the message, or the time of the
	 * request for a `sync`. The time of receipt is no proof, because the connection may hold messages back.
	 */
	#currentAt = 0;
	#attempts = 0;
	/** `#stop` ends this client's loop. `#stream` closes only the current stream, and the loop opens another one. */
	#stop: AbortController | null = null;
	#stream: AbortController | null = null;

	constructor(name: string, url: string, acknowledged: AcknowledgedChanges, dice: Dice, run?: string) {
		this.#name = name;
		this.#url = url;
		this.#dice = dice;
		this.run = run;
		this.view = new View(name, run, acknowledged, { cursor: () => this.#cursor, isLive: () => this.#isLive() });
	}

	async open(): Promise<void> {
		await this.#load();
		this.start();
	}

	start(): void {
		if (this.#stop) return;
		const { signal } = (this.#stop = new AbortController());
		void this.#follow(signal); // never rejects, because the loop retries after every error
	}

	stop(): void {
		this.#stop?.abort();
		this.#stream?.abort();
		this.#stop = null;
		this.#synced = false;
	}

	wake(): void {
		if (!this.#isLive()) this.check();
	}

	check(): void {
		this.#stream?.abort();
	}

	isAt(head: string): boolean {
		return this.#isLive() && this.#cursor === head;
	}

	describeState(): string {
		return `${this.#isLive() ? 'live' : 'not live'} on the stream at ${this.#cursor}`;
	}

	#isLive(): boolean {
		return this.#synced && Date.now() - this.#currentAt < SILENT_AFTER_MS;
	}

	async #follow(stopped: AbortSignal): Promise<void> {
		for (;;) {
			const end = await this.#followOnce(stopped).catch((): End => 'again');
			if (stopped.aborted) return;
			this.#synced = false;
			// If the list fails to load, the `sync` of the next stream demands the reload again.
			if (end === 'reload') await this.#load(stopped).catch(() => this.failedLoads++);
			await pause(waitBefore(this.#attempts++, this.#dice()), undefined, { signal: stopped }).catch(() => undefined);
		}
	}

	/** Follows one stream until it ends: by the server, by `check`, or by silence. */
	async #followOnce(stopped: AbortSignal): Promise<End> {
		const own = (this.#stream = new AbortController());
		if (stopped.aborted) own.abort();
		let silence = setTimeout(() => own.abort(), SILENT_AFTER_MS);
		const requestedAt = Date.now();
		try {
			const response = await fetch(`${this.#url}/api/events${this.run === undefined ? '' : `?run=${this.run}`}`, {
				headers: this.#cursor === null ? {} : { 'Last-Event-ID': this.#cursor },
				signal: own.signal,
			});
			if (!response.ok || !response.body) throw new Error(`${response.status}`);
			const decoder = new TextDecoder();
			let text = '';
			let last: string | null = null;
			for await (const piece of response.body) {
				if (own.signal.aborted) return 'again';
				clearTimeout(silence);
				silence = setTimeout(() => own.abort(), SILENT_AFTER_MS);
				const blocks = (text + decoder.decode(piece, { stream: true })).split('\n\n');
				text = blocks.pop()!;
				for (const message of blocks.flatMap((block) => messageIn(block) ?? [])) {
					this.#checkId(message, last);
					last = message.id;
					const end = this.#receive(message, requestedAt);
					if (end) return end;
				}
			}
			return 'again';
		} finally {
			clearTimeout(silence);
			own.abort();
		}
	}

	/**
	 * Checks that the id of each message is its cursor, and that ids never move back on one stream. So a client can
	 * resume from the last id that it received.
	 */
	#checkId({ event, id, data }: Message, last: string | null): void {
		if (id !== data.cursor) this.view.faults.outOfOrder.push(`${this.#name}: ${event} of ${data.cursor} has id ${id}`);
		if (last !== null && last !== id && !isPast(last, id))
			this.view.faults.movedBack.push(`${this.#name}: ${event} ${id} after ${last} on one stream`);
	}

	#receive({ event, data }: Message, requestedAt: number): End | undefined {
		this.#currentAt = event === 'sync' ? requestedAt : Date.parse(data.at);
		if (event === 'sync') {
			const end = this.#take(onSync(this.#cursor, data));
			this.#synced = end === undefined;
			if (this.#synced) this.#attempts = 0;
			return end;
		}
		this.view.recordTime(data.at);
		if (this.#cursor === null) return 'reload';
		if (event === 'changes') return this.#take(onChanges(this.#cursor, data));
		// A stream of one run carries only the changes of this run. A head moves the cursor past the other changes.
		if (this.run !== undefined && isPast(this.#cursor, data.cursor)) {
			this.#cursor = data.cursor;
			return undefined;
		}
		return this.#take(onHead(this.#cursor, data));
	}

	#take(step: Step): End | undefined {
		if (step.do === 'reload') return 'reload';
		if (step.do === 'sync') return 'again';
		if (step.do === 'apply') {
			this.#cursor = step.cursor;
			this.view.apply(step.changes);
		}
		return undefined;
	}

	async #load(stopped?: AbortSignal): Promise<void> {
		this.loads++;
		const list = await readList(this.#url, LIST_WITHIN_MS, this.run);
		if (!stopped?.aborted) this.view.show(list, (cursor) => (this.#cursor = cursor));
	}
}

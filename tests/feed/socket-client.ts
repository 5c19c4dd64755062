import { io } from 'socket.io-client';
import type { Change } from '#contract';
import { Feed } from '#lib/live/feed.svelte.ts';
import type { Dice } from '#provider/dice.ts';
import { LIST_WITHIN_MS, type Client } from './client.ts';
import { readList } from './list.ts';
import type { AcknowledgedChanges } from './told.ts';
import { View } from './view.ts';

/** A browser tab without a screen: runs the product's own `Feed` over a real Socket.IO connection. */
export class SocketClient implements Client {
	readonly view: View;
	readonly run = undefined;
	loads = 0;
	failedLoads = 0;

	#feed: Feed;
	#url: string;
	#wake: (() => void) | undefined;
	#stop: (() => void) | undefined;

	constructor(name: string, url: string, acknowledged: AcknowledgedChanges, dice: Dice) {
		this.#url = url;
		this.view = new View(name, undefined, acknowledged, {
			cursor: () => this.#feed.cursor,
			isLive: () => this.#feed.connection.state === 'live',
		});
		const handlers = {
			apply: (changes: Change[]) => this.view.apply(changes),
			reload: () => void this.#load(),
			heard: (at: string) => this.view.recordTime(at),
			figures: () => undefined,
		};
		this.#feed = new Feed('', handlers, {
			socketIo: () => Promise.resolve((options) => io(url, { ...options, forceNew: true })),
			onWake: (wake) => {
				this.#wake = () => wake(true);
				return () => (this.#wake = undefined);
			},
			chance: dice,
		});
	}

	async open(): Promise<void> {
		this.view.show(await readList(this.#url, LIST_WITHIN_MS), (cursor) => this.#feed.adopt(cursor));
		this.start();
	}

	start(): void {
		this.#stop ??= this.#feed.start();
	}

	stop(): void {
		this.#stop?.();
		this.#stop = undefined;
	}

	wake(): void {
		this.#wake?.();
	}

	check(): void {
		this.#feed.check();
	}

	isAt(head: string): boolean {
		return this.#feed.connection.state === 'live' && this.#feed.cursor === head;
	}

	describeState(): string {
		return `${JSON.stringify(this.#feed.connection)} at ${this.#feed.cursor}`;
	}

	async #load(): Promise<void> {
		// If several loads are under way, only the result of the last one is shown, as in the pages.
		const load = ++this.loads;
		try {
			const list = await readList(this.#url, LIST_WITHIN_MS);
			if (load === this.loads) this.view.show(list, (cursor) => this.#feed.adopt(cursor));
		} catch {
			this.failedLoads++; // the feed calls `reload` again later
		}
	}
}

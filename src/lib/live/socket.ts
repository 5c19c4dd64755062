import { SILENT_AFTER_MS } from '#contract/words.ts';
import { waitBefore, waitForSocket } from './retries.ts';
import type { Connect, Line } from './surroundings.ts';

const CONNECT_WITHIN_MS = 10_000;

/** What the socket asks of the feed, and tells it. */
interface Hears {
	cursor(): string | null;
	/** Meanwhile another line brings the feed: the next try may wait longer. */
	isRelieved(): boolean;
	connected(): void;
	/** It was up, and is not any more. */
	disconnected(): void;
	/** A try did not come through; `hopeless` where the server itself ended it. */
	failed(error: Error | null, hopeless: boolean): void;
	/** Nothing is heard of a try. */
	silent(): void;
	/** It is there: what it brings can be listened to. */
	opened(socket: Line): void;
}

/** The socket and its tries: one after the other, for ever, each after a longer wait. */
export class FeedSocket {
	line: Line | undefined;
	/** How long the next try waits. */
	wait: number;
	#tries = 0;
	/** When the try began that is under way; null between two tries, and while the line is up. */
	#triedAt: number | null = null;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#chance: () => number;
	#feed: Hears;

	constructor(chance: () => number, feed: Hears) {
		this.#chance = chance;
		this.#feed = feed;
		this.wait = waitBefore(0, chance());
	}

	open(io: Connect): void {
		const socket = io({
			transports: ['websocket'],
			auth: (give) => {
				const cursor = this.#feed.cursor();
				give(cursor === null ? {} : { cursor });
			},
			timeout: CONNECT_WITHIN_MS,
			// The jitter is ours (plan), so that the countdown can name it.
			randomizationFactor: 0,
			autoConnect: false,
		});
		this.line = socket;
		this.plan();
		socket.io.on('reconnect_attempt', () => {
			this.#triedAt = Date.now();
			this.plan();
		});
		socket.on('connect', () => {
			this.#tries = 0;
			this.#feed.connected();
			this.plan();
		});
		socket.on('disconnect', () => this.#feed.disconnected());
		socket.on('connect_error', (error) => {
			this.#triedAt = null;
			this.#feed.failed(error, !socket.active);
		});
		this.#feed.opened(socket);
		this.#connect();
	}

	/** Now, without waiting for the next try. */
	retry(): void {
		this.line?.disconnect();
		clearTimeout(this.#timer);
		this.#connect();
	}

	/** Fixes the wait before the next try, one ahead of Socket.IO. */
	plan(): void {
		const chance = this.#chance();
		this.wait = this.#feed.isRelieved() ? waitForSocket(chance) : waitBefore(this.#tries++, chance);
		this.line?.io.reconnectionDelay(this.wait);
		this.line?.io.reconnectionDelayMax(this.wait);
	}

	/** The server is there: waits begin anew. */
	calm(): void {
		this.#tries = 0;
	}

	/** No try is under way: this line is up, or another. */
	rest(): void {
		this.#triedAt = null;
	}

	/** The line broke. Where the server itself ended it, Socket.IO leaves the next try to us. */
	broke(): void {
		this.#triedAt = null;
		if (!this.line || this.line.active) return;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => {
			this.plan();
			this.#connect();
		}, this.wait);
	}

	/** Looks after a try that leads nowhere. */
	tick(now: number): void {
		if (this.#triedAt === null) return;
		this.#triedAt = Math.min(this.#triedAt, now); // a clock may be set back
		if (this.line?.io.engine.readyState === 'closed') {
			// It was cut between the upgrade and Socket.IO's own handshake, which Socket.IO would notice later.
			this.line.disconnect();
			this.#feed.failed(null, false);
		} else if (now - this.#triedAt >= SILENT_AFTER_MS) this.#feed.silent();
	}

	close(): void {
		this.line?.disconnect();
		this.line?.off();
		this.line = undefined;
		clearTimeout(this.#timer);
		this.#triedAt = null;
	}

	#connect(): void {
		this.#triedAt = Date.now();
		this.line?.connect();
	}
}

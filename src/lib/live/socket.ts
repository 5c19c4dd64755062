import { SILENT_AFTER_MS } from '#contract/words.ts';
import { waitBefore, waitForSocket } from './retries.ts';
import type { Connect, Line } from './surroundings.ts';

const CONNECT_WITHIN_MS = 10_000;

/** What the socket reads from the feed, and what it reports to the feed. */
interface Hears {
	cursor(): string | null;
	/** Returns true while the event stream delivers the changes. The next socket attempt may then wait longer. */
	isRelieved(): boolean;
	/** The server sends the first sync. `openedAt` is when the connection opened, and so when the sync was requested. */
	connected(openedAt: number): void;
	/** An open connection was lost. */
	disconnected(): void;
	/** An attempt failed. `hopeless` is true if Socket.IO will not retry, because the server rejected the attempt. */
	failed(error: Error | null, hopeless: boolean): void;
	/** An attempt got no response. */
	silent(): void;
	/** The socket exists: the feed can subscribe to its events. */
	opened(socket: Line): void;
}

/**
 * The socket to the server. It makes one connection attempt at a time, without end, and waits longer and longer
 * between attempts.
 */
export class FeedSocket {
	line: Line | undefined;
	/** Milliseconds that the next attempt waits. */
	wait: number;
	#attempts = 0;
	/** When the current attempt began; null between attempts and while connected. */
	#triedAt: number | null = null;
	/** When the current connection opened. */
	#openedAt = 0;
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
			// `plan` adds the jitter, so that the countdown can show the exact wait.
			randomizationFactor: 0,
			autoConnect: false,
		});
		this.line = socket;
		this.plan();
		socket.io.on('reconnect_attempt', () => {
			this.#triedAt = Date.now();
			this.plan();
		});
		socket.io.on('open', () => (this.#openedAt = Date.now()));
		socket.on('connect', () => {
			this.#attempts = 0;
			this.#feed.connected(this.#openedAt);
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

	/** Reconnects now instead of waiting for the next attempt. */
	retry(): void {
		this.line?.disconnect();
		clearTimeout(this.#timer);
		this.#connect();
	}

	/** Determines the wait before the next attempt. Socket.IO must know this wait one attempt ahead. */
	plan(): void {
		const chance = this.#chance();
		this.wait = this.#feed.isRelieved() ? waitForSocket(chance) : waitBefore(this.#attempts++, chance);
		this.line?.io.reconnectionDelay(this.wait);
		this.line?.io.reconnectionDelayMax(this.wait);
	}

	/** Restarts the growing waits, because the server is reachable. */
	calm(): void {
		this.#attempts = 0;
	}

	/** Notes that no attempt is under way, because the socket or the event stream is up. */
	rest(): void {
		this.#triedAt = null;
	}

	/**
	 * Handles a broken connection. Socket.IO does not reconnect after the server closed the connection, so this
	 * function schedules the next attempt.
	 */
	broke(): void {
		this.#triedAt = null;
		if (!this.line || this.line.active) return;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => {
			this.plan();
			this.#connect();
		}, this.wait);
	}

	/** Ends an attempt that got no response. */
	tick(now: number): void {
		if (this.#triedAt === null) return;
		this.#triedAt = Math.min(this.#triedAt, now); // the clock may have been set back
		if (this.line?.io.engine.readyState === 'closed') {
			// The connection was cut between the upgrade and Socket.IO's handshake. Socket.IO would notice that
			// only later.
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

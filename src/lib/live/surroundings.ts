import type { ManagerOptions, Socket, SocketOptions } from 'socket.io-client';
import type { Changes, ClientEvents, Head, ServerEvents, Sync } from '#contract';

export type Line = Socket<ServerEvents, ClientEvents>;
/** Creates a socket to the server that served the page. */
export type Connect = (options: Partial<ManagerOptions & SocketOptions>) => Line;

/** Requests the changes after a cursor. */
export type Ask = (cursor: string | null) => Promise<Sync>;

/** Receives from the event stream what a socket would have delivered. */
export interface Rider {
	cursor(): string | null;
	/** Receives a sync that was requested at `askedAt`, by the browser's clock. */
	sync(sync: Sync, askedAt: number): void;
	changes(frame: Changes): void;
	head(head: Head): void;
	/** The stream broke, or could not be opened. */
	over(): void;
	/** A socket got through in another tab. */
	retry(): void;
}

/** What the feed needs from its environment. Tests replace it. */
export interface Surroundings {
	socketIo(): Promise<Connect>;
	/**
	 * Calls `wake` when the page is shown or hidden, and with `online` when the network returns. Returns a function
	 * that unsubscribes.
	 */
	onWake(wake: (visible: boolean, online?: boolean) => void): () => void;
	/** Returns a random number in [0, 1). */
	chance(): number;
	/**
	 * Reads the event stream until `signal` aborts. Rejects with `Refused` if the server rejects the session, and
	 * with another error if the server does not respond.
	 */
	ride?(rider: Rider, signal: AbortSignal): Promise<Ask>;
}

/** The server responds, but rejects this browser's session. */
export class Refused extends Error {}

const ANSWER_WITHIN_MS = 5_000;

/**
 * The browser's own implementation. It loads Socket.IO on the first start, and the event stream's code only when
 * needed.
 */
export const browser: Surroundings = {
	socketIo: async () => (await import('socket.io-client')).io,
	onWake(wake) {
		const listening = new AbortController();
		const on = (target: EventTarget, name: string, online: boolean): void => {
			const woke = (event: Event): void => {
				// A freshly loaded page also fires `pageshow`, but connects anyway.
				if ((event as Partial<PageTransitionEvent>).persisted !== false)
					wake(document.visibilityState === 'visible', online);
			};
			target.addEventListener(name, woke, listening);
		};
		on(window, 'online', true);
		on(window, 'pageshow', false);
		on(document, 'visibilitychange', false);
		on(document, 'resume', false);
		return () => listening.abort();
	},
	chance: Math.random,
	async ride(rider, signal) {
		// Check that HTTP gets through before the import: some browsers never retry an import that failed once.
		const { ok, status } = await fetch('/api/calls?limit=1', { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
		if (!ok) throw status === 401 ? new Refused() : new Error();
		return (await import('./stream/ride.ts')).ride(rider, signal);
	},
};

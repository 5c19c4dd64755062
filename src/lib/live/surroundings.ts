import type { ManagerOptions, Socket, SocketOptions } from 'socket.io-client';
import type { Changes, ClientEvents, Head, ServerEvents, Sync } from '#contract';

export type Line = Socket<ServerEvents, ClientEvents>;
/** Makes a socket to the server that the page came from. */
export type Connect = (options: Partial<ManagerOptions & SocketOptions>) => Line;

/** Asks what is missing after a cursor. */
export type Ask = (cursor: string | null) => Promise<Sync>;

/** Who rides on the event stream: hears what a socket would have told. */
export interface Rider {
	cursor(): string | null;
	sync(sync: Sync): void;
	changes(frame: Changes): void;
	head(head: Head): void;
	/** The stream broke, or never came to be. */
	over(): void;
	/** A socket came through in another tab. */
	retry(): void;
}

/** What the feed needs of the place in which it runs. */
export interface Surroundings {
	socketIo(): Promise<Connect>;
	/**
	 * Calls `wake` when the page is shown or hidden, and, with `online`, when the network returns, until the answer is
	 * called.
	 */
	onWake(wake: (visible: boolean, online?: boolean) => void): () => void;
	/** In [0, 1). */
	chance(): number;
	/** Rides on the event stream until `signal` ends it. Rejects when the server does not answer, or not this reader. */
	ride?(rider: Rider, signal: AbortSignal): Promise<Ask>;
}

/** The server answers, yet does not let this browser in. */
export class Refused extends Error {}

const ANSWER_WITHIN_MS = 5_000;

/** The tab. Socket.IO is loaded with the first start, not with the page; the event stream's code where it is needed. */
export const browser: Surroundings = {
	socketIo: async () => (await import('socket.io-client')).io,
	onWake(wake) {
		const listening = new AbortController();
		const on = (target: EventTarget, name: string, online: boolean): void => {
			const woke = (event: Event): void => {
				// A page that was just loaded is shown too, and connects anyway.
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
		// First whether HTTP comes through: some browsers never try again what they once failed to import.
		const { ok, status } = await fetch('/api/calls?limit=1', { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
		if (!ok) throw status === 401 ? new Refused() : new Error();
		return (await import('./stream/ride.ts')).ride(rider, signal);
	},
};

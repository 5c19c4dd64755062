import type { Call } from './call.ts';
import type { Event } from './event.ts';
import type { Changes, Head, Sync } from './feed.ts';
import type { Delivery, Settings } from './provider.ts';
import type { Stats } from './stats.ts';

/** The events that the server pushes. */
export interface ServerEvents {
	sync(sync: Sync): void;
	changes(changes: Changes): void;
	head(head: Head): void;
	settings(settings: Settings): void;
	/** Sent after `sync` and whenever the stats change, at most once a second. */
	stats(stats: Stats): void;
	/** Sent to clients that watch this call: new entries, or the current state of its deliveries. */
	timeline(timeline: Timeline): void;
	/** Sent to clients that watch the deliveries: the current state of new or changed ones. */
	deliveries(changed: { deliveries: Delivery[] }): void;
}

/** The snapshot of a call when a client begins to watch it. `call` is null if it does not exist. */
export interface CallSnapshot {
	call: Call | null;
	events: Event[];
	deliveries: Delivery[];
}

/** Updates of a watched call. Each entry is sent once, in seq order. Deliveries replace those with the same id. */
export interface Timeline {
	callId: string;
	events: Event[];
	deliveries: Delivery[];
}

/** The requests of a client. The server acknowledges each one. */
export interface ClientEvents {
	sync(request: { cursor?: string | null }, acknowledge: (sync: Sync) => void): void;
	/** Watches one call at a time; null stops watching. The client must repeat the request after each reconnect. */
	watch(request: { callId: string | null }, acknowledge: (watched: CallSnapshot) => void): void;
	'watch-deliveries'(request: { on: boolean }, acknowledge: (now: { on: boolean }) => void): void;
}

/** The client's handshake. A browser's session cookie replaces the token. */
export interface Handshake {
	token?: string;
	cursor?: string;
}

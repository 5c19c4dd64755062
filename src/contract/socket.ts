import type { Call } from './call.ts';
import type { Event } from './event.ts';
import type { Changes, Head, Sync } from './feed.ts';
import type { Delivery, Settings } from './provider.ts';
import type { Stats } from './stats.ts';

/** What the server pushes. */
export interface ServerEvents {
	sync(sync: Sync): void;
	changes(changes: Changes): void;
	head(head: Head): void;
	settings(settings: Settings): void;
	/** After `sync` and when they change, at most once a second. */
	stats(stats: Stats): void;
	/** To those who watch this call: new entries, or deliveries as they are now. */
	timeline(timeline: Timeline): void;
	/** To those who watch the deliveries: some that are new or changed, as they are now. */
	deliveries(changed: { deliveries: Delivery[] }): void;
}

/** A call as it is when somebody begins to watch it; null where there is none. */
export interface Watched {
	call: Call | null;
	events: Event[];
	deliveries: Delivery[];
}

/** What is new of a watched call. Entries come once, by rising seq; deliveries replace those of the same id. */
export interface Timeline {
	callId: string;
	events: Event[];
	deliveries: Delivery[];
}

/** What a client may ask; every question is acknowledged. */
export interface ClientEvents {
	sync(where: { cursor?: string | null }, answer: (sync: Sync) => void): void;
	/** One call at a time, null for none; to be asked again after each reconnect. */
	watch(what: { callId: string | null }, answer: (watched: Watched) => void): void;
	'watch-deliveries'(what: { on: boolean }, answer: (now: { on: boolean }) => void): void;
}

/** What a client sends with its handshake. A browser's session cookie serves instead of the token. */
export interface Handshake {
	token?: string;
	cursor?: string;
}

import type { Changes, Head, Sync } from './feed.ts';
import type { Settings } from './provider.ts';

/** What the server pushes. */
export interface ServerEvents {
	sync(sync: Sync): void;
	changes(changes: Changes): void;
	head(head: Head): void;
	settings(settings: Settings): void;
}

/** What a client may ask; every question is acknowledged. */
export interface ClientEvents {
	sync(where: { cursor?: string | null }, answer: (sync: Sync) => void): void;
}

/** What a client sends with its handshake. A browser's session cookie serves instead of the token. */
export interface Handshake {
	token?: string;
	cursor?: string;
}

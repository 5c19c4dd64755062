import { SILENT_AFTER_MS } from '#contract/words.ts';

/** Breaks shorter than this stay silent. */
export const SILENT_BREAK_MS = 2_000;

/** What the feed knows of its line; times are the browser's own. */
export interface Signs {
	/** The socket is connected. */
	up: boolean;
	/** The server has said where this client stands, and nothing is missing. */
	synced: boolean;
	/** Since when the socket has been down; null while it is up. */
	brokenAt: number | null;
	/** When the server was last heard. */
	heardAt: number;
	/** When the next try is due. */
	nextTryAt: number | null;
	/** How many changes came with the last catching up, and until when that is said. */
	caught: { changes: number; until: number } | null;
	now: number;
}

export type Connection =
	| { state: 'live' }
	/** A break too short to speak of, or the very first moment. */
	| { state: 'connecting' }
	| { state: 'reconnecting'; inMs: number | null }
	| { state: 'catching'; changes: number | null }
	| { state: 'stale'; since: number; inMs: number | null };

/** What may be said of the line. It is live only while the server is heard. */
export function connection({ up, synced, brokenAt, heardAt, nextTryAt, caught, now }: Signs): Connection {
	const inMs = nextTryAt === null ? null : Math.max(0, nextTryAt - now);
	if (now - heardAt >= SILENT_AFTER_MS) return { state: 'stale', since: heardAt, inMs };
	if (!up) {
		const silent = brokenAt === null || now - brokenAt < SILENT_BREAK_MS;
		return silent ? { state: 'connecting' } : { state: 'reconnecting', inMs };
	}
	if (!synced) return { state: 'catching', changes: null };
	if (caught && caught.until > now) return { state: 'catching', changes: caught.changes };
	return { state: 'live' };
}

import { SILENT_AFTER_MS } from '#contract/words.ts';

/** A shorter break of the connection is shown as `connecting`, and only a longer one as `reconnecting`. */
export const SILENT_BREAK_MS = 2_000;

/** The feed's observations about its connection. All times are browser clock milliseconds. */
export interface Signs {
	/** The socket is connected, or the event stream is open. */
	up: boolean;
	/** The server has sent a sync and no change is missing. */
	synced: boolean;
	/** When the connection was lost; null while it is up. */
	brokenAt: number | null;
	/** When the server last sent anything. */
	heardAt: number;
	/** When the next attempt is due. */
	nextTryAt: number | null;
	/** The number of changes in the last catch-up, and until when the screen shows it. */
	caught: { changes: number; until: number } | null;
	now: number;
}

export type Connection =
	| { state: 'live' }
	/** A short break, or the very first attempt. */
	| { state: 'connecting' }
	| { state: 'reconnecting'; inMs: number | null }
	| { state: 'catching'; changes: number | null }
	| { state: 'stale'; since: number; inMs: number | null };

/** Derives the connection state to show. It is `live` only while the server keeps sending. */
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

import type { Session } from './sessions.ts';

/** Ends what a session opened, sockets and streams, together with it. */
export interface SessionEnds {
	/** Calls `end` at the logout or when the session's time is over; answers how to be left out of that. */
	endWith(session: Session, end: () => void): () => void;
	/** It was logged out. */
	ended(session: Session): void;
	close(): void;
}

/** How late the end of a session's time may be noticed. */
const LOOK_EVERY_MS = 5_000;

/** One timer for all of them. */
export function createSessionEnds(now: () => number): SessionEnds {
	const open = new Map<string, { expiresAt: number; ends: Set<() => void> }>();
	const finish = (id: string): void => {
		const ends = open.get(id)?.ends ?? [];
		open.delete(id);
		for (const end of ends) end();
	};
	const look = setInterval(() => {
		for (const [id, { expiresAt }] of open) if (expiresAt <= now()) finish(id);
	}, LOOK_EVERY_MS);

	return {
		endWith({ id, expiresAt }, end) {
			const known = open.get(id) ?? { expiresAt, ends: new Set() };
			open.set(id, known);
			known.ends.add(end);
			return () => {
				known.ends.delete(end);
				if (known.ends.size === 0 && open.get(id) === known) open.delete(id);
			};
		},
		ended: ({ id }) => finish(id),
		close: () => clearInterval(look),
	};
}

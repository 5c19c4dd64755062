import type { Session } from './sessions.ts';

/** Closes the sockets and streams of a session when the session ends. */
export interface SessionEnds {
	/** Calls `end` at the logout or when the session expires. Returns a function that prevents the call. */
	endWith(session: Session, end: () => void): () => void;
	/** Reports a logout. */
	ended(session: Session): void;
	close(): void;
}

/** The longest delay between the expiry of a session and the end of its sockets and streams. */
const CHECK_EVERY_MS = 5_000;

/** One timer checks all sessions for expiry. */
export function createSessionEnds(now: () => number): SessionEnds {
	const open = new Map<string, { expiresAt: number; ends: Set<() => void> }>();
	const finish = (id: string): void => {
		const ends = open.get(id)?.ends ?? [];
		open.delete(id);
		for (const end of ends) end();
	};
	const timer = setInterval(() => {
		for (const [id, { expiresAt }] of open) if (expiresAt <= now()) finish(id);
	}, CHECK_EVERY_MS);

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
		close: () => clearInterval(timer),
	};
}

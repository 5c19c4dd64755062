import { createHash, randomBytes } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { Database } from '#db/database.ts';

/** A browser that gave the token. */
export interface Session {
	/** The hash of the cookie's value, as it is kept. */
	id: string;
	expiresAt: number;
}

export interface Sessions {
	/** Opens a session; answers the Set-Cookie header. */
	open(secure: boolean): Promise<string>;
	/** The session that a Cookie header names, while it lasts. */
	of(cookieHeader: string | undefined): Promise<Session | null>;
	/** Ends it; answers the Set-Cookie header that removes the cookie. */
	close(session: Session | null, secure: boolean): Promise<string>;
}

const COOKIE = 'audena_session';
const LASTS_MS = 7 * 24 * 3_600_000;

const FORGET = 'DELETE FROM "Session" WHERE "expiresAt" <= ?';
const INSERT = 'INSERT INTO "Session" ("id", "expiresAt") VALUES (?, ?)';
const FIND = 'SELECT "id", "expiresAt" FROM "Session" WHERE "id" = ? AND "expiresAt" > ?';
const DELETE = 'DELETE FROM "Session" WHERE "id" = ?';

const valueIn = (cookieHeader: string | undefined): string | undefined =>
	cookieHeader === undefined ? undefined : parseCookie(cookieHeader)[COOKIE];

/** Whether a Cookie header names a session, good or not. */
export const hasSession = (cookieHeader: string | undefined): boolean => Boolean(valueIn(cookieHeader));

export function createSessions(database: Database, now: () => number): Sessions {
	const idOf = (value: string): string => createHash('sha256').update(value).digest('base64url');
	const cookie = (value: string, maxAge: number, secure: boolean): string =>
		stringifySetCookie({ name: COOKIE, value, maxAge, path: '/', httpOnly: true, sameSite: 'strict', secure });

	return {
		async open(secure) {
			const value = randomBytes(32).toString('base64url');
			await database.transact([], () => ({
				result: undefined,
				statements: [
					[FORGET, now()],
					[INSERT, idOf(value), now() + LASTS_MS],
				],
			}));
			return cookie(value, LASTS_MS / 1_000, secure);
		},
		async of(cookieHeader) {
			const value = valueIn(cookieHeader);
			if (value === undefined || value === '') return null;
			const [session] = await database.all(FIND, idOf(value), now());
			return session ? { id: String(session.id), expiresAt: Number(session.expiresAt) } : null;
		},
		async close(session, secure) {
			if (session) await database.all(DELETE, session.id);
			return cookie('', 0, secure);
		},
	};
}

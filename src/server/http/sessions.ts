import { createHash, createHmac, randomBytes } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { Database, Row } from '#db/database.ts';

/** The session of a browser that signed in with the API token. */
export interface Session {
	/** The hash of the cookie's value, as stored. */
	id: string;
	expiresAt: number;
}

/** Sessions of the current API token. Without an `API_TOKEN` there are none. */
export interface Sessions {
	/** Opens a session. Returns the Set-Cookie header, or null if no token is set. */
	open(secure: boolean): Promise<string | null>;
	/** The unexpired session that a Cookie header names, or null. */
	of(cookieHeader: string | undefined): Promise<Session | null>;
	/** Ends a session. Returns the Set-Cookie header that removes the cookie. */
	close(session: Session | null, secure: boolean): Promise<string>;
}

const COOKIE = 'audena_session';
const SESSION_MS = 7 * 24 * 3_600_000;

const DELETE_EXPIRED = 'DELETE FROM "Session" WHERE "expiresAt" <= ?';
const INSERT = 'INSERT INTO "Session" ("id", "tokenHash", "expiresAt") VALUES (?, ?, ?)';
const FIND = 'SELECT "id", "expiresAt" FROM "Session" WHERE "id" = ? AND "tokenHash" = ? AND "expiresAt" > ?';
const ALL = 'SELECT "id", "tokenHash" FROM "Session"';
const DELETE_MANY = 'DELETE FROM "Session" WHERE "id" IN (SELECT value FROM json_each(?))';
const DELETE = 'DELETE FROM "Session" WHERE "id" = ?';

const valueIn = (cookieHeader: string | undefined): string | undefined =>
	cookieHeader === undefined ? undefined : parseCookie(cookieHeader)[COOKIE];

/** Whether a Cookie header names a session, valid or not. */
export const hasSession = (cookieHeader: string | undefined): boolean => Boolean(valueIn(cookieHeader));

export interface SessionsDeps {
	database: Database;
	apiToken: string | null;
	now(): number;
}

/**
 * First deletes the sessions of other API tokens, so that they stay ended even if such a token is set again later.
 */
export async function createSessions({ database, apiToken, now }: SessionsDeps): Promise<Sessions> {
	const hashOf = (token: string, id: string): string => createHmac('sha256', token).update(id).digest('base64url');
	const isOfOther = ({ id, tokenHash }: Row): boolean =>
		apiToken === null || tokenHash !== hashOf(apiToken, String(id));
	const others = (await database.all(ALL)).filter(isOfOther).map(({ id }) => id);
	if (others.length > 0) await database.all(DELETE_MANY, JSON.stringify(others));

	const idOf = (value: string): string => createHash('sha256').update(value).digest('base64url');
	const cookie = (value: string, maxAge: number, secure: boolean): string =>
		stringifySetCookie({ name: COOKIE, value, maxAge, path: '/', httpOnly: true, sameSite: 'strict', secure });

	return {
		async open(secure) {
			if (apiToken === null) return null;
			const value = randomBytes(32).toString('base64url');
			const id = idOf(value);
			await database.transact([], () => ({
				result: undefined,
				statements: [
					[DELETE_EXPIRED, now()],
					[INSERT, id, hashOf(apiToken, id), now() + SESSION_MS],
				],
			}));
			return cookie(value, SESSION_MS / 1_000, secure);
		},
		async of(cookieHeader) {
			const value = valueIn(cookieHeader);
			if (apiToken === null || value === undefined || value === '') return null;
			const id = idOf(value);
			const [session] = await database.all(FIND, id, hashOf(apiToken, id), now());
			return session ? { id: String(session.id), expiresAt: Number(session.expiresAt) } : null;
		},
		async close(session, secure) {
			if (session) await database.all(DELETE, session.id);
			return cookie('', 0, secure);
		},
	};
}

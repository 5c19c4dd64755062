import { createHash, randomBytes } from 'node:crypto';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { PrismaClient } from '#db/prisma.ts';

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

export function createSessions(prisma: PrismaClient, now: () => number): Sessions {
	const idOf = (value: string): string => createHash('sha256').update(value).digest('base64url');
	const cookie = (value: string, maxAge: number, secure: boolean): string =>
		stringifySetCookie({ name: COOKIE, value, maxAge, path: '/', httpOnly: true, sameSite: 'strict', secure });

	return {
		async open(secure) {
			await prisma.session.deleteMany({ where: { expiresAt: { lte: new Date(now()) } } });
			const value = randomBytes(32).toString('base64url');
			await prisma.session.create({ data: { id: idOf(value), expiresAt: new Date(now() + LASTS_MS) } });
			return cookie(value, LASTS_MS / 1_000, secure);
		},
		async of(cookieHeader) {
			const value = cookieHeader === undefined ? undefined : parseCookie(cookieHeader)[COOKIE];
			if (value === undefined || value === '') return null;
			const session = await prisma.session.findUnique({ where: { id: idOf(value) } });
			if (!session || session.expiresAt.getTime() <= now()) return null;
			return { id: session.id, expiresAt: session.expiresAt.getTime() };
		},
		async close(session, secure) {
			if (session) await prisma.session.deleteMany({ where: { id: session.id } });
			return cookie('', 0, secure);
		},
	};
}

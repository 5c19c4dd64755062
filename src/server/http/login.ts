import express, { Router, type Request } from 'express';
import { ProblemError } from '#contract';
import { localPath } from '#contract/local-path.ts';
import { wantsHtml } from '#contract/wants-html.ts';
import { refuseOtherCharsets } from '#http/body.ts';
import type { Access } from './access.ts';
import type { Session, Sessions } from './sessions.ts';

export interface LoginDeps {
	access: Access;
	sessions: Sessions;
	/** Restricts cookies to https, also where this server itself speaks http behind a proxy. */
	secureCookies: boolean;
	/** Closes the sockets and event streams of a session that ended. */
	onLogout(session: Session): void;
}

const readForm = express.urlencoded({ extended: false, limit: '8kb', verify: refuseOtherCharsets });

/**
 * `POST /login` and `POST /logout`, the targets of the pages' forms: both respond with redirects. After a wrong
 * token, a client that does not accept HTML gets a problem instead.
 */
export function loginRoutes({ access, sessions, secureCookies, onLogout }: LoginDeps): Router {
	const router = Router();

	router.post('/login', readForm, async (request, response) => {
		if (request.is('urlencoded') === false)
			throw new ProblemError('unsupported_media_type', 'Send the form as application/x-www-form-urlencoded.');
		const { token, next } = (request.body ?? {}) as { token?: unknown; next?: unknown };
		const to = localPath(next);
		const wantsPage = wantsHtml(request.headers.accept);
		const again = (why: string): void => response.redirect(303, `/login?${why}&next=${encodeURIComponent(to)}`);
		let isRight: boolean;
		try {
			isRight = access.isToken(request, typeof token === 'string' ? token : '');
		} catch (error) {
			if (!wantsPage || !(error instanceof ProblemError) || error.code !== 'too_many_requests') throw error;
			response.set('Retry-After', String(error.retryAfterSeconds));
			return again(`wait=${error.retryAfterSeconds}`);
		}
		if (isRight) {
			const cookie = await sessions.open(secureCookies || request.secure);
			if (cookie !== null) response.set('Set-Cookie', cookie);
			response.redirect(303, to);
			return;
		}
		if (!wantsPage) throw new ProblemError('unauthorized', 'The token is wrong.');
		again('wrong=1');
	});

	router.post('/logout', async (request: Request, response) => {
		const session = await sessions.of(request.headers.cookie);
		response.set('Set-Cookie', await sessions.close(session, secureCookies || request.secure));
		if (session) onLogout(session);
		response.redirect(303, access.protected ? '/login' : '/');
	});
	return router;
}

import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { ProblemError } from '#contract';
import type { Guesses } from './guesses.ts';
import type { Session, Sessions } from './sessions.ts';
import { bearerOf, sameToken } from './tokens.ts';

export interface Access {
	/** True when a token is needed. */
	readonly protected: boolean;
	/** Whether this is the token, typed into the login. Throws `too_many_requests` after wrong ones. */
	isToken(request: IncomingMessage, given: string): boolean;
	/**
	 * Who asks, by a token or a session; null when neither is right. Everybody, when nothing is protected. Rejects with
	 * `too_many_requests` after wrong tokens.
	 */
	identify(request: IncomingMessage, token?: string | null): Promise<Visitor | null>;
	/** Whether the session in this Cookie header is good; true when nothing is protected. */
	hasEntered(cookie: string | undefined): Promise<boolean>;
	/** Lets nobody else pass. */
	guard: RequestHandler;
}

export interface Visitor {
	/** Set when a cookie proved it. */
	session: Session | null;
}

export interface AccessDeps {
	apiToken: string | null;
	/** Also good for the provider's own API, where the provider is this server. */
	providerToken: string | undefined;
	/** What this server itself sends to its own provider: its calls must not wait for the end of an attack. */
	ownToken: string;
	sessions: Sessions;
	guesses: Guesses;
}

/** Wrong tokens of one address in a minute: as many as a person may type, and as a script may send that has an old one. */
const [TYPED_MAX, SENT_MAX] = [20, 200];

export function createAccess({ apiToken, providerToken, ownToken, sessions, guesses }: AccessDeps): Access {
	const isRight = (given: string): boolean => apiToken === null || sameToken(given, apiToken);

	async function identify(
		request: IncomingMessage,
		token: string | null = bearerOf(request.headers.authorization),
	): Promise<Visitor | null> {
		if (apiToken === null) return { session: null };
		if (token !== null) return guesses.check(request, token, SENT_MAX, isRight) ? { session: null } : null;
		const session = await sessions.of(request.headers.cookie);
		return session && { session };
	}

	const opensProvider = (token: string): boolean =>
		sameToken(token, ownToken) || (providerToken !== undefined && sameToken(token, providerToken));

	return {
		protected: apiToken !== null,
		isToken: (request, given) => apiToken === null || guesses.check(request, given, TYPED_MAX, isRight),
		identify,
		hasEntered: async (cookie) => apiToken === null || (await sessions.of(cookie)) !== null,
		guard: (request, _response, next) => {
			const token = bearerOf(request.headers.authorization);
			if (request.baseUrl === '/api/provider' && token !== null && opensProvider(token)) return next();
			identify(request).then((visitor) => {
				if (visitor) next();
				else next(new ProblemError('unauthorized', 'Send Authorization: Bearer with the API_TOKEN, or log in.'));
			}, next);
		},
	};
}

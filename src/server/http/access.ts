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
	 * The sender, by a token or a session; null when neither is right. Without an `API_TOKEN` every sender is let in.
	 * Rejects with `too_many_requests` after wrong tokens.
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
	/** Opens the provider's API as well, where the provider is this server. */
	providerToken: string | undefined;
	/** This process sends it to its own provider, and no limit holds it up: calls go on while tokens are guessed. */
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
		opens = isRight,
	): Promise<Visitor | null> {
		if (apiToken === null) return { session: null };
		if (token !== null) return guesses.check(request, token, SENT_MAX, opens) ? { session: null } : null;
		const session = await sessions.of(request.headers.cookie);
		return session && { session };
	}

	const opensProvider = (given: string): boolean =>
		isRight(given) || (providerToken !== undefined && sameToken(given, providerToken));

	return {
		protected: apiToken !== null,
		isToken: (request, given) => apiToken === null || guesses.check(request, given, TYPED_MAX, isRight),
		identify,
		hasEntered: async (cookie) => apiToken === null || (await sessions.of(cookie)) !== null,
		guard: (request, _response, next) => {
			const token = bearerOf(request.headers.authorization);
			const atProvider = request.baseUrl === '/api/provider';
			if (atProvider && token !== null && sameToken(token, ownToken)) return next();
			identify(request, token, atProvider ? opensProvider : isRight).then((visitor) => {
				if (visitor) next();
				else next(new ProblemError('unauthorized', 'Send Authorization: Bearer with the API_TOKEN, or log in.'));
			}, next);
		},
	};
}

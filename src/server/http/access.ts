import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { ProblemError } from '#contract';
import type { TokenLimiter } from './guesses.ts';
import type { Session, Sessions } from './sessions.ts';
import { bearerOf, sameToken } from './tokens.ts';

export interface Access {
	/** Whether requests need a token. */
	readonly protected: boolean;
	/**
	 * Whether `given`, typed into the login form, is the token. Throws `too_many_requests` after too many wrong
	 * tokens.
	 */
	isToken(request: IncomingMessage, given: string): boolean;
	/**
	 * The sender, identified by a token or a session; null if neither is valid. Without an `API_TOKEN` every sender is
	 * accepted. Rejects with `too_many_requests` after too many wrong tokens.
	 */
	identify(request: IncomingMessage, token?: string | null): Promise<Sender | null>;
	/** Whether the session in this Cookie header is valid. Always true without an `API_TOKEN`. */
	hasValidSession(cookie: string | undefined): Promise<boolean>;
	/** Rejects every request without a valid token or session. */
	guard: RequestHandler;
}

export interface Sender {
	/** Set if a session cookie identified the sender. */
	session: Session | null;
}

export interface AccessDeps {
	apiToken: string | null;
	/** Also accepted by the provider's API, if the provider is embedded. */
	providerToken: string | undefined;
	/**
	 * The token that this process sends to its own provider. It is exempt from the limit of wrong tokens, so that
	 * calls continue while a client guesses tokens.
	 */
	ownToken: string;
	sessions: Sessions;
	tokenLimiter: TokenLimiter;
}

/** Wrong tokens per address and minute: enough for a person who types, and for a script with an outdated token. */
const [LOGIN_WRONG_MAX, BEARER_WRONG_MAX] = [20, 200];

export function createAccess({ apiToken, providerToken, ownToken, sessions, tokenLimiter }: AccessDeps): Access {
	const isRight = (given: string): boolean => apiToken === null || sameToken(given, apiToken);

	async function identify(
		request: IncomingMessage,
		token: string | null = bearerOf(request.headers.authorization),
		isValid = isRight,
	): Promise<Sender | null> {
		if (apiToken === null) return { session: null };
		if (token !== null) return tokenLimiter.check(request, token, BEARER_WRONG_MAX, isValid) ? { session: null } : null;
		const session = await sessions.of(request.headers.cookie);
		return session && { session };
	}

	const isValidAtProvider = (given: string): boolean =>
		isRight(given) || (providerToken !== undefined && sameToken(given, providerToken));

	return {
		protected: apiToken !== null,
		isToken: (request, given) => apiToken === null || tokenLimiter.check(request, given, LOGIN_WRONG_MAX, isRight),
		identify,
		hasValidSession: async (cookie) => apiToken === null || (await sessions.of(cookie)) !== null,
		guard: (request, _response, next) => {
			const token = bearerOf(request.headers.authorization);
			const atProvider = request.baseUrl === '/api/provider';
			if (atProvider && token !== null && sameToken(token, ownToken)) return next();
			identify(request, token, atProvider ? isValidAtProvider : isRight).then((sender) => {
				if (sender) next();
				else next(new ProblemError('unauthorized', 'Send the API_TOKEN as Authorization: Bearer, or sign in.'));
			}, next);
		},
	};
}

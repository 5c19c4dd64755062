import type { IncomingHttpHeaders } from 'node:http';
import type { RequestHandler } from 'express';
import { ProblemError } from '#contract';
import type { Session, Sessions } from './sessions.ts';
import { bearerOf, sameToken } from './tokens.ts';

export interface Access {
	/** True when a token is needed. */
	readonly protected: boolean;
	isToken(given: string): boolean;
	/** Who asks, by a token or a session; null when neither is right. Everybody, when nothing is protected. */
	identify(headers: IncomingHttpHeaders, token?: string | null): Promise<Visitor | null>;
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
	sessions: Sessions;
}

export function createAccess({ apiToken, providerToken, sessions }: AccessDeps): Access {
	const isToken = (given: string): boolean => apiToken === null || sameToken(given, apiToken);

	async function identify(
		headers: IncomingHttpHeaders,
		token: string | null = bearerOf(headers.authorization),
	): Promise<Visitor | null> {
		if (apiToken === null) return { session: null };
		if (token !== null) return isToken(token) ? { session: null } : null;
		const session = await sessions.of(headers.cookie);
		if (!session) return null;
		return { session };
	}

	return {
		protected: apiToken !== null,
		isToken,
		identify,
		guard: (request, _response, next) => {
			const token = bearerOf(request.headers.authorization);
			const forProvider = token !== null && providerToken !== undefined && request.baseUrl === '/api/provider';
			if (forProvider && sameToken(token, providerToken)) return next();
			identify(request.headers).then((visitor) => {
				if (visitor) next();
				else next(new ProblemError('unauthorized', 'Send Authorization: Bearer with the API_TOKEN, or log in.'));
			}, next);
		},
	};
}

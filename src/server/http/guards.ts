import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { ProblemError } from '#contract';
import { hasSession } from './sessions.ts';
import { bearerOf } from './tokens.ts';

export interface GuardRules {
	appUrl: string | null;
	allowedHosts: readonly string[];
	/** The host that the server listens on (HOST). Requests may use this host too. */
	ownHost: string;
}

type Headers = IncomingMessage['headers'];

/**
 * Throws unless a request may use this host. Guards against DNS rebinding: a foreign page must not reach the server
 * through a host name of its own that resolves to this machine.
 */
export function checkHost({ host }: Headers, { appUrl, allowedHosts, ownHost }: GuardRules): void {
	const name = hostNameOf(host);
	if (name === 'localhost' || name === ownHost.toLowerCase() || isIP(name.replace(/^\[|\]$/g, '')) !== 0) return;
	if (appUrl !== null && new URL(appUrl).hostname === name) return;
	if (allowedHosts.some((allowed) => allowed.toLowerCase() === name)) return;
	throw new ProblemError(
		'host_not_allowed',
		name === ''
			? 'The Host header is missing or malformed. Send the host of the server.'
			: `Add ${name} to ALLOWED_HOSTS on the server, or use localhost.`,
	);
}

/** Throws if the request comes from a page of another origin. `Origin` must be the request's own host or APP_URL. */
export function checkOrigin({ host, origin }: Headers, { appUrl }: GuardRules): void {
	if (origin === undefined) return;
	const own = URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
	if (own || (appUrl !== null && new URL(appUrl).origin === origin)) return;
	throw new ProblemError(
		'origin_not_allowed',
		'The Origin header names another site. Send the request from a page of this server, or without Origin. If a proxy changes the host, set APP_URL.',
	);
}

/**
 * Throws if a change is authorized only by a session cookie and has no `Origin`: browsers attach cookies automatically.
 * Applies to pages, forms and REST alike.
 */
export function checkCookie({ cookie, origin, authorization }: Headers, method: string): void {
	if (method === 'GET' || method === 'HEAD' || origin !== undefined || bearerOf(authorization) !== null) return;
	if (!hasSession(cookie)) return;
	throw new ProblemError(
		'origin_not_allowed',
		'The Origin header is missing. Send it with the session cookie, or authenticate with the API token instead.',
	);
}

export function guards(rules: GuardRules): RequestHandler {
	return (request, _response, next) => {
		checkHost(request.headers, rules);
		checkOrigin(request.headers, rules);
		checkCookie(request.headers, request.method);
		next();
	};
}

function hostNameOf(host: string | undefined): string {
	// A path or a user name in the host would become part of the URL that the pages see.
	if (host === undefined || /[/\\?#@]/.test(host)) return '';
	const url = `http://${host}`;
	return URL.canParse(url) ? new URL(url).hostname : '';
}

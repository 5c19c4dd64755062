import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import type { RequestHandler } from 'express';
import { ProblemError } from '#contract';

export interface GuardRules {
	appUrl: string | null;
	allowedHosts: readonly string[];
}

type Headers = IncomingMessage['headers'];

/** Throws unless a request may name this host: against DNS rebinding, a page of another name must not reach us. */
export function checkHost({ host }: Headers, { appUrl, allowedHosts }: GuardRules): void {
	const name = hostNameOf(host);
	if (name === 'localhost' || isIP(name.replace(/^\[|\]$/g, '')) !== 0) return;
	if (appUrl !== null && new URL(appUrl).hostname === name) return;
	if (allowedHosts.some((allowed) => allowed.toLowerCase() === name)) return;
	throw new ProblemError(
		'host_not_allowed',
		`Add ${name === '' ? 'the host' : name} to ALLOWED_HOSTS, or use localhost.`,
	);
}

/** Throws when the request comes from another origin's page. `Origin` must be the request's own host or APP_URL. */
export function checkOrigin({ host, origin }: Headers, { appUrl }: GuardRules): void {
	if (origin === undefined) return;
	const own = URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
	if (own || (appUrl !== null && new URL(appUrl).origin === origin)) return;
	throw new ProblemError(
		'origin_not_allowed',
		'Only pages of this server may do this. Set APP_URL where a proxy renames the host.',
	);
}

export function guards(rules: GuardRules): RequestHandler {
	return (request, _response, next) => {
		checkHost(request.headers, rules);
		checkOrigin(request.headers, rules);
		next();
	};
}

function hostNameOf(host: string | undefined): string {
	const url = `http://${host ?? ''}`;
	return host !== undefined && URL.canParse(url) ? new URL(url).hostname : '';
}

/**
 * Returns the redirect target after a login: the path and query of `next` on this server, or `/`. Never names another
 * host. Free of Zod.
 */
export function localPath(next: unknown): string {
	if (typeof next !== 'string' || !next.startsWith('/')) return '/';
	const base = 'http://local.invalid';
	const url = URL.canParse(next, base) ? new URL(next, base) : null;
	// Resolving dot segments can leave a path that begins with two slashes, which would name a host.
	return url?.origin === base ? `${url.pathname.replace(/^\/+/, '/')}${url.search}` : '/';
}

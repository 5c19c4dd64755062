/** Where to go after the login, without Zod: a path of this server as `next` names it, never another host; else `/`. */
export function localPath(next: unknown): string {
	if (typeof next !== 'string' || !next.startsWith('/')) return '/';
	const base = 'http://local.invalid';
	const url = URL.canParse(next, base) ? new URL(next, base) : null;
	// Once its dots are resolved, a path may begin with two slashes, which name a host.
	return url?.origin === base ? `${url.pathname.replace(/^\/+/, '/')}${url.search}` : '/';
}

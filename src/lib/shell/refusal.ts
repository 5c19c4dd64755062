import type { RequestEvent } from '@sveltejs/kit';
import { wantsHtml } from '#contract/wants-html.ts';

/** Builds the response that refuses a request with this status. `page` is Kit's own error page, if it made one. */
export type Refuse = (status: number, page?: Response) => Response;

/**
 * Returns the function that refuses this request. A script receives problem details, as from the API. A browser
 * receives Kit's error page or, if Kit made none, one line of HTML. SvelteKit's router receives Kit's own
 * response.
 */
export function refusalsOf({ request, url, locals, isDataRequest }: RequestEvent): Refuse {
	const browser = wantsHtml(request.headers.get('accept'));
	return (status, page) => {
		const problem = locals.app.problemOf(status);
		if (page !== undefined && (browser || isDataRequest || problem === null)) return withAllow(page);
		const headers = new Headers();
		if (status === 405) headers.set('allow', allowOf(page));
		if (status === 401) headers.set('www-authenticate', 'Bearer');
		headers.set('cache-control', 'no-store');
		if (browser || problem === null) {
			const title = problem?.title ?? `Error ${status}`;
			const login = `<a href="/login?next=${encodeURIComponent(url.pathname)}">Sign in</a>`;
			const body = `<!doctype html><title>${title}</title><h1>${title}</h1><p>${status === 401 ? login : '<a href="/">Dashboard</a>'}</p>`;
			headers.set('content-type', 'text/html; charset=utf-8');
			return new Response(body, { status, headers });
		}
		headers.set('content-type', 'application/problem+json; charset=utf-8');
		return new Response(JSON.stringify({ ...problem, requestId: locals.requestId }), { status, headers });
	};
}

/** Returns a complete `Allow` header. Kit's own header omits methods that Kit accepts. */
function allowOf(page: Response | undefined): string {
	const post = /\bPOST\b/.test(page?.headers.get('allow') ?? '');
	return post ? 'GET, HEAD, POST, OPTIONS' : 'GET, HEAD, OPTIONS';
}

function withAllow(page: Response): Response {
	if (page.status === 405) page.headers.set('allow', allowOf(page));
	return page;
}

import type { Handle, HandleServerError, RequestEvent } from '@sveltejs/kit';
import { refusalsOf, type Refuse } from '#lib/shell/refusal.ts';
import { wantsHtml } from '#contract/wants-html.ts';
import { readForm } from '#lib/shell/form-body.ts';
import { asTheme, THEME_COOKIE, themeAttribute } from '#lib/shell/theme.ts';

/** Paths that need no login: a badly configured proxy may be the reason why the login fails. */
const OPEN = new Set(['/login', '/proxies']);
/** The route of every path without a page. */
const NO_PAGE = '/(app)/[...path]';

/** Always returns a response: Kit catches errors thrown here for most requests, but not for all. */
export const handle: Handle = async ({ event, resolve }) => {
	const app = globalThis.audena;
	if (!app) throw new Error('The pages were started without the server: start them through src/server/web.ts.');
	event.locals.app = app;
	event.locals.requestId = event.request.headers.get('x-request-id') ?? '';
	event.locals.origin = event.request.headers.get('x-audena-origin') ?? event.url.origin;
	event.locals.theme = asTheme(event.cookies.get(THEME_COOKIE));
	const refuse = refusalsOf(event);
	try {
		const response = (await refused(event, refuse)) ?? (await resolve(event, { transformPageChunk: themed(event) }));
		return response.status < 400 ? response : refuse(response.status, response);
	} catch (error) {
		app.logError(error, event.locals.requestId);
		return refuse(500);
	}
};

const themed =
	({ locals }: RequestEvent) =>
	({ html }: { html: string }): string =>
		html.replace('%audena.theme%', themeAttribute(locals.theme));

/** The response to a request that must not reach a page, or null. Reads and checks a form's body on the way. */
async function refused(event: RequestEvent, refuse: Refuse): Promise<Response | null> {
	const { url, request, locals, route, isDataRequest } = event;
	const { method } = request;
	const read = method === 'GET' || method === 'HEAD';
	const browses = read && (isDataRequest || wantsHtml(request.headers.get('accept')));
	// Otherwise Kit may choose the page of this route, which has no actions, and respond with 405.
	if (!browses && route.id === NO_PAGE) return refuse(404);
	if (!OPEN.has(url.pathname) && !(await locals.app.maySeePages(request.headers.get('cookie')))) {
		if (!browses) return refuse(401);
		const location = `/login?next=${encodeURIComponent(url.pathname + url.search)}`;
		return new Response(null, { status: 303, headers: { location } });
	}
	// Kit would respond with 500, because `default` is the reserved name of a form's only action.
	if (!read && url.searchParams.has('/default')) return refuse(404);
	if (method !== 'POST' || request.headers.get('content-type') === null) return null;
	const form = await readForm(request);
	if (typeof form === 'number') return refuse(form);
	event.request = form;
	return null;
}

/** Logs an unexpected error under the id that its page shows. */
export const handleError: HandleServerError = ({ error, event, status, message }) => {
	const { requestId } = event.locals;
	if (status >= 500) globalThis.audena?.logError(error, requestId);
	return { message, requestId };
};

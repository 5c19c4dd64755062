import { redirect, type Handle, type HandleServerError } from '@sveltejs/kit';
import { asTheme, THEME_COOKIE, themeAttribute } from '#lib/shell/theme.ts';

/** What who is not let in may read: a proxy that is set up wrongly may be why. */
const OPEN = new Set(['/login', '/proxies']);

export const handle: Handle = async ({ event, resolve }) => {
	const app = globalThis.audena;
	if (!app) throw new Error('The pages were started without the server (src/server/web.ts hands it over).');
	event.locals.app = app;
	event.locals.requestId = event.request.headers.get('x-request-id') ?? '';
	event.locals.origin = event.request.headers.get('x-audena-origin') ?? event.url.origin;
	event.locals.theme = asTheme(event.cookies.get(THEME_COOKIE));

	if (!OPEN.has(event.url.pathname) && !(await app.mayEnter(event.request.headers.get('cookie')))) {
		redirect(303, `/login?next=${encodeURIComponent(event.url.pathname + event.url.search)}`);
	}

	return resolve(event, {
		transformPageChunk: ({ html }) => html.replace('%audena.theme%', themeAttribute(event.locals.theme)),
	});
};

/** What nobody expected: the log knows it by the id that its page shows. */
export const handleError: HandleServerError = ({ error, event, status, message }) => {
	const { requestId } = event.locals;
	if (status >= 500) globalThis.audena?.bug(error, requestId);
	return { message, requestId };
};

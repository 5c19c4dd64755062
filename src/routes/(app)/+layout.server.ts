import { countries } from '#lib/phone/phone.ts';
import type { LayoutServerLoad } from './$types';

const HOME = 'US';

/** Data that stays the same while a tab is open. */
export const load: LayoutServerLoad = ({ locals, request }) => {
	const all = countries();
	const region = /^[a-z]{2,3}(?:-[A-Z][a-z]{3})?-([A-Z]{2})\b/.exec(request.headers.get('accept-language') ?? '')?.[1];
	return {
		version: locals.app.version,
		appUrl: locals.app.appUrl,
		origin: locals.origin,
		isProtected: locals.app.protected,
		theme: locals.theme,
		countries: all,
		country: all.find(({ code }) => code === region)?.code ?? HOME,
		/** The server's time, with which the page's clock begins. */
		openedAt: new Date().toISOString(),
	};
};

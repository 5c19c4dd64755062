import { redirect } from '@sveltejs/kit';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, request }) => {
	const wanted = url.searchParams.get('next') ?? '/';
	// Only a path of this server.
	const next = /^\/(?![/\\])/.test(wanted) ? wanted : '/';
	if (await locals.app.mayEnter(request.headers.get('cookie'))) redirect(303, next);
	return { next, wrong: url.searchParams.has('wrong'), version: locals.app.version };
};

import { redirect } from '@sveltejs/kit';
import { localPath } from '#contract/local-path.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, request }) => {
	const next = localPath(url.searchParams.get('next'));
	if (await locals.app.maySeePages(request.headers.get('cookie'))) redirect(303, next);
	const wrong = url.searchParams.has('wrong') ? 'Wrong token. Enter the value of API_TOKEN on the server.' : '';
	const wait = url.searchParams.has('wait')
		? 'Too many wrong tokens from your address. Wait a minute, then try again.'
		: '';
	return { next, error: wait || wrong, version: locals.app.version };
};

import { redirect } from '@sveltejs/kit';
import { localPath } from '#contract/local-path.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, request }) => {
	const next = localPath(url.searchParams.get('next'));
	if (await locals.app.mayEnter(request.headers.get('cookie'))) redirect(303, next);
	return { next, wrong: url.searchParams.has('wrong'), version: locals.app.version };
};

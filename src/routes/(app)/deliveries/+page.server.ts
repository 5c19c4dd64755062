import { refuse } from '#lib/shell/refuse.ts';
import type { PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, depends }) => {
	depends('audena:deliveries');
	const { ok: desk, problem } = await locals.app.deliveries(url.searchParams);
	if (problem) refuse(problem, locals.requestId);
	return { desk, deadLetters: await locals.app.deadLetters() };
};

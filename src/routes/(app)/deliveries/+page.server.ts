import { fail, redirect, type RequestEvent } from '@sveltejs/kit';
import type { Answer, Delivery } from '#contract';
import { address } from '#lib/deliveries/filters.ts';
import { refuse } from '#lib/shell/refuse.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, depends }) => {
	depends('audena:deliveries');
	// A form's action stands in the query too (`?/redeliver`); the list knows nothing of it.
	const params = new URLSearchParams([...url.searchParams].filter(([name]) => !name.startsWith('/')));
	const { ok: desk, problem } = await locals.app.deliveries(params);
	if (problem) refuse(problem, locals.requestId);
	return { desk, deadLetters: await locals.app.deadLetters() };
};

/** The buttons without a script. */
export const actions: Actions = {
	redeliver: (event) => act(event, 'Not redelivered', event.locals.app.redeliver),
	cancel: (event) => act(event, 'Not canceled', event.locals.app.cancelDelivery),
};

/** Afterwards the same list again, at the delivery, whose details open there. */
async function act({ request, url }: RequestEvent, title: string, ask: (id: string) => Promise<Answer<Delivery>>) {
	const given = (await request.formData()).get('id');
	const id = typeof given === 'string' ? given : '';
	const { problem } = await ask(id);
	if (problem) return fail(problem.status, { title, detail: problem.detail });
	redirect(303, `${address(url.searchParams, { page: url.searchParams.getAll('page') })}#${encodeURIComponent(id)}`);
}

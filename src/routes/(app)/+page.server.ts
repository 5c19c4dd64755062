import { fail, redirect } from '@sveltejs/kit';
import { compose, formatNumber } from '#lib/phone/phone.ts';
import type { FormattedNumber } from '#lib/phone/types.ts';
import { checkName, checkTime } from '#lib/request/checks.ts';
import { utcTime } from '#lib/time/wall-time.ts';
import { byField, dueAt, WHENS, type Errors, type FormAnswer, type Values } from '#lib/request/form.ts';
import { refuse } from '#lib/shell/refuse.ts';
import type { Actions, PageServerLoad } from './$types';

export const load: PageServerLoad = async ({ locals, url, depends }) => {
	depends('app:calls');
	// A form's action is part of the query too (`?/create`). Remove it, because the list rejects unknown
	// parameters.
	const params = new URLSearchParams([...url.searchParams].filter(([name]) => !name.startsWith('/')));
	const { ok: view, problem } = await locals.app.calls(params);
	if (problem) refuse(problem, locals.requestId);

	const numbers: Record<string, FormattedNumber> = {};
	for (const { phoneNumber } of view.page.calls) numbers[phoneNumber] ??= formatNumber(phoneNumber);
	return { view, numbers, deadLetters: await locals.app.deadLetters() };
};

export const actions: Actions = {
	/** The form's action when scripts are off. */
	create: async ({ locals, request }) => {
		const values = valuesOf(await request.formData());
		const number = compose(values.phoneNumber, values.country);
		const errors: Errors = {};
		const name = checkName(values.customerName);
		if (name) errors.customerName = name;
		if (number.error !== undefined) errors.phoneNumber = number.error;
		const time = values.when === 'pick' ? checkTime(values.scheduledAt, { read: utcTime }) : null;
		if (time) errors.scheduledAt = time;
		if (Object.keys(errors).length > 0) return again(400, { values, errors, problem: null });

		const { problem } = await locals.app.create({
			customerName: values.customerName,
			phoneNumber: number.e164,
			workflow: values.workflow,
			...scheduled(values),
		});
		if (!problem) redirect(303, '/#main');
		const refused = byField(problem.errors ?? []);
		return again(problem.status, {
			values,
			errors: refused,
			problem: Object.keys(refused).length > 0 ? null : problem.detail,
		});
	},
};

const again = (status: number, answer: FormAnswer) => fail(status, answer);

function valuesOf(data: FormData): Values {
	const text = (name: string): string => {
		const value = data.get(name);
		return typeof value === 'string' ? value : '';
	};
	return {
		customerName: text('customerName'),
		country: text('country'),
		phoneNumber: text('phoneNumber'),
		workflow: text('workflow'),
		when: WHENS.find((when) => when === text('when')) ?? 'now',
		scheduledAt: text('scheduledAt'),
	};
}

/** Without a script the reader's time zone is unknown. The field is labeled UTC then and is read as UTC. */
function scheduled(values: Values): { scheduledAt?: string } {
	const due = dueAt(values, Date.now(), utcTime);
	return due === null ? {} : { scheduledAt: due };
}

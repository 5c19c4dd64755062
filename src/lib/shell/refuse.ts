import { error } from '@sveltejs/kit';
import type { Problem } from '#contract';

/** Ends a load with what the server says against its address: each parameter by its name, and what to do. */
export function refuse({ status, detail, code, errors = [] }: Omit<Problem, 'requestId'>, requestId: string): never {
	const named = errors.map(({ path, message }) => {
		const [name = ''] = path.split('.');
		return message.split(/\W+/).includes(name) ? message : `${name}: ${message}`;
	});
	error(status, { message: named.length > 0 ? named.join(' ') : detail, code, requestId });
}

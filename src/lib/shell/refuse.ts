import { error } from '@sveltejs/kit';
import type { Problem } from '#contract';

/**
 * Throws Kit's error for a load whose address the server rejects. The error message names each wrong parameter and
 * the fix.
 */
export function refuse({ status, detail, code, errors = [] }: Omit<Problem, 'requestId'>, requestId: string): never {
	const named = errors.map(({ path, message }) => {
		const [name = ''] = path.split('.');
		return message.split(/\W+/).includes(name) ? message : `${name}: ${message}`;
	});
	error(status, { message: named.length > 0 ? named.join(' ') : detail, code, requestId });
}

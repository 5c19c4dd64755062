import { check, NewCall, ProblemError } from '#contract';
import type { CallRequest } from './commands.ts';
import { validateCall, errorsIn } from './request.ts';

/** How long the checks may block the event loop before they yield. */
const TURN_MS = 8;

/**
 * Checks a batch and returns its calls as they are stored. Throws `invalid_input` with every error of every call;
 * each path begins with `calls`.
 */
export async function validateBatch(wanted: readonly unknown[]): Promise<CallRequest[]> {
	const requests: CallRequest[] = [];
	const errors: { path: string; message: string }[] = [];
	let since = performance.now();
	for (const [i, one] of wanted.entries()) {
		const at = ['calls', String(i)];
		const { data, error } = check(NewCall, one);
		const read = data && validateCall(data, at);
		if (read?.request) requests.push(read.request);
		else errors.push(...(error ? errorsIn(one, error, at) : read ? [read.error] : []));
		if (performance.now() - since < TURN_MS) continue;
		await new Promise(setImmediate);
		since = performance.now();
	}
	if (errors.length === 0) return requests;
	throw new ProblemError('invalid_input', 'The batch is invalid. No call was created. Its errors say what to change.', {
		errors,
	});
}

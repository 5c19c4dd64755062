import type { Request, RequestHandler } from 'express';
import { ClearQuery, parseQuery, ProblemError, type CallFilters } from '#contract';
import { searchTerms } from '#contract/search.ts';
import type { Calls } from '../calls/calls.ts';
import type { ClearMatching } from '../retention/clear-matching.ts';
import type { Connections } from './connections.ts';
import { heldOpen } from './held-open.ts';

export interface ClearDeps {
	calls: Pick<Calls, 'clear'>;
	clearing: ClearMatching;
	connections: Connections;
}

/**
 * `DELETE /api/calls`: deletes the calls that match the list's filters, or the whole history without any. `dryRun=true`
 * counts them. A client that disconnects stops the deletion.
 */
export function clearRoute({ calls, clearing, connections }: ClearDeps): RequestHandler {
	return async (request, response) => {
		// A script with an empty id must not clear the history.
		if (request.originalUrl.split('?')[0]?.endsWith('/'))
			throw new ProblemError('not_found', 'The id after the slash is missing. Nothing was deleted. Add the id.');
		const { dryRun, filters } = parseClear(request);
		if (dryRun) {
			const count = await clearing.count(filters, heldOpen(connections, request, response));
			if (count !== null) response.json({ count });
			return;
		}
		const { run, ...others } = filters;
		// One mark hides the calls of a run, or of the whole history, at once. Retention removes their rows later.
		if (Object.keys(others).length > 0) await clearing.clear(filters, heldOpen(connections, request, response));
		else if (run) await Promise.all([...new Set(run)].map((one) => calls.clear(one)));
		else await calls.clear(null);
		response.status(204).end();
	};
}

const NAMES = Object.keys(ClearQuery.shape);
const HINT = 'Give the filters of the list, each with a value, or no parameter at all for the whole history.';
const BODY_HINT = 'Send no body. Give the filters as query parameters.';

/**
 * Parses the filters strictly: an empty, unknown or truncated parameter must not widen the deletion. Rejects a body,
 * because filters in it would be ignored.
 */
function parseClear(request: Request): { dryRun: boolean; filters: CallFilters } {
	const [, search] = /^[^?]*\?(.*)$/s.exec(request.originalUrl) ?? [];
	const pairs = search === undefined ? [] : search.split('&').map(pairOf);
	const wrong = pairs.filter(({ name, value }) => !NAMES.includes(name) || value.trim() === '');
	if (wrong.length > 0) throw invalidClear(wrong.map(({ name }) => name || 'query'));
	if (request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0)
		throw invalidClear(['body']);

	const values: Record<string, string[]> = {};
	for (const { name, value } of pairs) (values[name] ??= []).push(value);
	const { dryRun, ...filters } = parseQuery(ClearQuery, values);
	if (filters.q !== undefined && findsAll(filters.q)) throw invalidClear(['q']);
	const given = Object.entries(filters).filter(([, value]) => value !== undefined);
	return { dryRun: dryRun === 'true', filters: Object.fromEntries(given) };
}

/** Whether a search would match every call: folding leaves no term, or a term of white space only. */
function findsAll(q: string): boolean {
	const terms = searchTerms(q);
	return terms.length === 0 || terms.some((term) => term.trim() === '');
}

/** Decodes one parameter. A malformed parameter gets an empty value, so that the caller rejects it. */
function pairOf(pair: string): { name: string; value: string } {
	const [name = '', ...value] = pair.replaceAll('+', ' ').split('=');
	try {
		return { name: decodeURIComponent(name), value: decodeURIComponent(value.join('=')) };
	} catch {
		return { name: name.slice(0, 50), value: '' };
	}
}

const invalidClear = (paths: readonly string[]): ProblemError =>
	new ProblemError('invalid_input', 'Say what to delete. Nothing was deleted.', {
		errors: [...new Set(paths)]
			.slice(0, 20)
			.map((path) => ({ path: path.slice(0, 100), message: path === 'body' ? BODY_HINT : HINT })),
	});

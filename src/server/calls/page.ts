import { createHash } from 'node:crypto';
import { ProblemError, type CallQuery } from '#contract';

/** The position of a page in the list: right after the call `n`, or right before it if `back`. */
export interface PageStart {
	n: number;
	back: boolean;
}

/**
 * Returns a hash that identifies the list of a page token. The same filters and order give the same hash, in any
 * notation.
 */
function listOf({ page: _page, limit: _limit, order = 'newest', ...filters }: CallQuery): string {
	const given = Object.entries(filters).flatMap(([name, value]) =>
		value === undefined ? [] : [[name, Array.isArray(value) ? [...new Set(value)].sort() : value]],
	);
	return createHash('sha256')
		.update(JSON.stringify([order, ...given.sort()]))
		.digest('base64url')
		.slice(0, 8);
}

const TOKEN = /^([nb])(\d{1,15})\.([\w-]{8})$/;

/**
 * Returns the position in the query's page token; null for the list's beginning. Throws `invalid_page` for a token
 * of another list.
 */
export function pageStartOf(query: CallQuery): PageStart | null {
	if (query.page === undefined) return null;
	const [, direction, n, list] = TOKEN.exec(query.page) ?? [];
	if (list !== listOf(query))
		throw new ProblemError(
			'invalid_page',
			'This page token belongs to another list. Request the list without a page token first.',
		);
	return { n: Number(n), back: direction === 'b' };
}

/** Returns the page token for a position in the query's list. */
export const tokenOf = (query: CallQuery, { n, back }: PageStart): string => `${back ? 'b' : 'n'}${n}.${listOf(query)}`;

/**
 * Cuts the rows that were found to a page, and adds the tokens of the next and the previous page. `rows` has up to
 * `limit` + 1 rows, in reading direction. `stoppedAt` is the `n` at which the time budget ended the read.
 */
export function pageOf<Row extends { n: number }>(
	{ rows: found, stoppedAt }: { rows: readonly Row[]; stoppedAt: number | null },
	{ query, limit, place }: { query: CallQuery; limit: number; place: PageStart | null },
): { rows: Row[]; nextPage: string | null; previousPage: string | null } {
	const back = place?.back ?? false;
	const more = found.length > limit;
	const rows = found.slice(0, limit);
	const furthest = more ? rows.at(-1)?.n : (stoppedAt ?? undefined);
	const nearest = rows[0]?.n;
	// An empty page has no first row. The page that led to it then includes the call `place.n`, so the token for
	// the way back names the number just beyond that call.
	const towards = (query.order === 'oldest') !== back ? 1 : -1;
	const cameFrom = nearest ?? (place ? place.n + towards : undefined);
	if (back) rows.reverse();
	const token = (back: boolean, n: number | undefined): string | null =>
		n === undefined ? null : tokenOf(query, { n, back });
	const [before, after] = [place ? cameFrom : undefined, furthest];
	return {
		rows,
		nextPage: token(false, back ? cameFrom : after),
		previousPage: token(true, back ? after : before),
	};
}

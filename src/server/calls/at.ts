import { parse, ProblemError, type CallQuery } from '#contract';
import { ZonedTime } from '#contract/text.ts';
import type { Database } from '#db/database.ts';
import { ALL_CLEARED_TO, IS_NOT_CLEARED } from './clearing.ts';
import { pageStartOf, tokenOf, type PageStart } from './page.ts';

export interface Anchors {
	/**
	 * Returns the page token of the list position that `at` names; null for the list's beginning. `at` is `end`, a
	 * UTC day, a time with its zone, a call's id, or a share of the history from 0 to 1. Throws `invalid_input` for
	 * anything else, unless the history is empty.
	 */
	tokenAt(query: CallQuery, at: string): Promise<string | null>;
	/** Returns the approximate share of the list before the requested page, from 0 to 1; null with a filter. */
	shareBefore(query: CallQuery): Promise<number | null>;
}

/** Greater than every `n`: the largest number that a page token has room for. */
const BEYOND = 10 ** 15 - 1;
const DAY_MS = 86_400_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const SHARE = /^(?:0(?:\.\d{1,9})?|1)$/;
const ID = /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/i;
const FROM = `SELECT "n" FROM "Call" WHERE "createdAt" >= ? ORDER BY "createdAt", "n" LIMIT 1`;
const BOUNDS = `SELECT max((SELECT min("n") FROM "Call"), ${ALL_CLEARED_TO} + 1) AS "first",
	(SELECT max("n") FROM "Call") AS "last"`;
const BY_ID = `SELECT c."n" FROM "Call" c WHERE c."id" = ? AND ${IS_NOT_CLEARED}`;

/**
 * Finds positions in the list by a time, a call's id or a share. Each lookup reads an index, so its cost does not
 * grow with the history.
 */
export function createAnchors(database: Database): Anchors {
	/** Returns the `n` of the first call created at `ms` or later; null if there is none. */
	async function from(ms: number): Promise<number | null> {
		const [row] = await database.all(FROM, ms);
		return row ? Number(row.n) : null;
	}

	async function bounds(): Promise<{ first: number; last: number } | null> {
		const [row] = await database.all(BOUNDS);
		if (!row || row.first === null || Number(row.first) > Number(row.last)) return null;
		return { first: Number(row.first), last: Number(row.last) };
	}

	async function pageStartAt(at: string, oldest: boolean): Promise<PageStart | null> {
		const end: PageStart = { n: oldest ? BEYOND : 0, back: true };
		if (at === 'end') return end;
		const known = await bounds();
		if (!known) return null;
		const { first, last } = known;
		/**
		 * Returns the start of a page. Oldest first, the page begins with the first call from `n` on. Newest first,
		 * it begins with the last call before `n`. A null `n` means after the last call.
		 */
		const startAt = (n: number | null): PageStart | null => {
			if (oldest) return n === null ? end : n <= first ? null : { n: n - 1, back: false };
			return n === null || n > last ? null : n <= first ? end : { n, back: false };
		};

		if (SHARE.test(at)) {
			const n = Math.round(first + (last - first) * (oldest ? Number(at) : 1 - Number(at)));
			return startAt(oldest ? n : n + 1);
		}
		if (ID.test(at)) {
			const [row] = await database.all(BY_ID, at.toLowerCase());
			if (row) return startAt(Number(row.n) + (oldest ? 0 : 1));
			// No call has this id now, but the id contains its creation time (RFC 9562, version 7).
			const ms = Number.parseInt(at.replaceAll('-', '').slice(0, 12), 16);
			return startAt(await from(oldest ? ms : ms + 1));
		}
		if (isDay(at)) return startAt(await from(oldest ? Date.parse(at) : Date.parse(at) + DAY_MS));
		const ms = Date.parse(timeOf(at));
		return startAt(await from(oldest ? ms : ms + 1));
	}

	return {
		async tokenAt(query, at) {
			const place = await pageStartAt(at, query.order === 'oldest');
			return place && tokenOf(query, place);
		},
		async shareBefore(query) {
			if (isFiltered(query)) return null;
			const place = pageStartOf(query);
			const known = place && (await bounds());
			if (!known || known.last === known.first) return 0;
			const share = (Math.min(Math.max(place.n, known.first), known.last) - known.first) / (known.last - known.first);
			return query.order === 'oldest' ? share : 1 - share;
		},
	};
}

/**
 * Whether the text is a day that exists. The round trip through `Date` is needed because `Date.parse` reads
 * February 30 as March 2.
 */
const isDay = (at: string): boolean =>
	DAY.test(at) && !Number.isNaN(Date.parse(at)) && new Date(at).toISOString().startsWith(at);

const isFiltered = ({ order: _order, page: _page, limit: _limit, ...filters }: CallQuery): boolean =>
	Object.values(filters).some((value) => value !== undefined);

function timeOf(at: string): string {
	try {
		return parse(ZonedTime, at, 'The place');
	} catch (error) {
		if (!(error instanceof ProblemError)) throw error;
		const message = 'Give a day such as 2026-10-01, a time with its zone, or `end`.';
		throw new ProblemError('invalid_input', `The date is invalid. ${message}`, {
			errors: [{ path: 'at', message }],
		});
	}
}

import type { Call, CallFilters, CallPage, CallQuery, Event, Stats } from '#contract';
import { writeCursor } from '#contract/cursor.ts';
import type { Database, Row } from '#db/database.ts';
import type { PrismaClient } from '#db/prisma.ts';
import { toCall, type CallRow } from './call.ts';
import { IS_NOT_CLEARED } from './clearing.ts';
import { countersFor, estimate, wordsOf } from './filter.ts';
import { LINES, type LineFormat } from './lines.ts';
import { findCalls, type ListResult, type TimeBudget, type Shape } from './list.ts';
import { pageOf, pageStartOf } from './page.ts';
import { CALL, fromRow, READ_FEED, type Position } from './rows.ts';
import { createStatsReader } from './stats.ts';

export interface FeedPosition extends Position {
	epoch: string;
	prunedSeq: number;
	/** Calls up to this `n` are in the search index. */
	indexedTo: number;
}

/** Converts the row of `READ_FEED`. */
export function positionFrom([row]: Row[]): FeedPosition {
	if (!row) throw new Error('The database has no row in "Feed": apply the migrations.');
	return {
		epoch: String(row.epoch),
		seq: Number(row.lastSeq),
		change: Number(row.lastChange),
		at: Number(row.lastAt),
		prunedSeq: Number(row.prunedSeq),
		indexedTo: Number(row.indexedTo),
	};
}

export interface CallReads {
	position(): Promise<FeedPosition>;
	/** The call without its events; null if the call does not exist. */
	call(id: string): Promise<Call | null>;
	get(id: string): Promise<{ call: Call; events: Event[] } | null>;
	/** The events of a call after `seq`, in order; none if the call does not exist. */
	eventsAfter(id: string, seq: number): Promise<Event[]>;
	list(query: CallQuery): Promise<CallPage>;
	/**
	 * The page of the list that the query names, each call as a line in this format. Calls with an `n` above `upTo`
	 * are left out. null as `nextPage` means that the list ends.
	 */
	lines(query: CallQuery, format: LineFormat, upTo: number): Promise<{ lines: string[]; nextPage: string | null }>;
	/** The same page as `lines` returns, with only the id of each call. */
	ids(query: CallQuery, upTo: number): Promise<{ ids: string[]; nextPage: string | null }>;
	/** The number of calls that pass these filters, according to the stored counters. */
	count(words: Pick<CallFilters, 'status' | 'workflow' | 'outcome' | 'run'>): Promise<number>;
	/** The customer names of these calls, by call id. Unknown calls are left out. */
	customers(ids: readonly string[]): Promise<Record<string, string>>;
	/** The stored statistics of the whole history and of its last hour. */
	stats(): Promise<Stats>;
}

const LIMIT = 50;
const ROWS: Shape<CallRow> = { columns: CALL, of: fromRow };
const IDS: Shape<{ n: number; id: string }> = {
	columns: 'c."n", c."id"',
	of: ({ n, id }) => ({ n: Number(n), id: String(id) }),
};
const CUSTOMERS = `SELECT "id", "customerName" FROM "Call" c WHERE "id" IN (SELECT value FROM json_each(?)) AND ${IS_NOT_CLEARED}`;
const BY_ID = `SELECT ${CALL} FROM "Call" AS c WHERE c."id" = ? AND ${IS_NOT_CLEARED}`;

export function createCallReads(
	database: Database,
	prisma: PrismaClient,
	now: () => number,
	timeBudget?: TimeBudget,
): CallReads {
	const stats = createStatsReader(database, now);

	async function position(): Promise<FeedPosition> {
		return positionFrom(await database.all(READ_FEED));
	}

	async function call(id: string): Promise<Call | null> {
		const [found] = await database.all(BY_ID, id);
		return found ? toCall(fromRow(found)) : null;
	}

	async function eventsAfter(id: string, seq: number): Promise<Event[]> {
		if ((await database.all(BY_ID, id)).length === 0) return [];
		const events = await prisma.event.findMany({ where: { callId: id, seq: { gt: seq } }, orderBy: { seq: 'asc' } });
		return events.map(({ at, data, type, ...event }) => ({
			...event,
			type: type as Event['type'],
			at: at.toISOString(),
			data: JSON.parse(data) as Event['data'],
		}));
	}

	/** A page of the list, for any shape of rows. */
	async function page<Read extends { n: number }>(shape: Shape<Read>, query: CallQuery, upTo = Infinity) {
		const limit = query.limit ?? LIMIT;
		const place = pageStartOf(query);
		const find = (from: typeof place): Promise<ListResult<Read>> =>
			findCalls(database, shape, { query, place: from, upTo }, limit + 1, timeBudget);
		let found = await find(place);
		let from = place;
		if (place?.back && found.rows.length <= limit && found.stoppedAt === null) {
			// Nothing is left before this page, so it is the first one. Read it whole.
			from = null;
			found = await find(null);
		}
		return { ...pageOf(found, { query, limit, place: from }), feed: found.feed };
	}

	return {
		position,

		call,
		async get(id) {
			const found = await call(id);
			return found && { call: found, events: await eventsAfter(id, 0) };
		},
		eventsAfter,

		async list(query) {
			const { rows, feed, ...tokens } = await page(ROWS, query);
			// The feed's position was read before the calls. A change during the read therefore arrives through the
			// feed too, and no change is missed.
			const { epoch, change } = positionFrom(feed);
			return { calls: rows.map(toCall), ...tokens, cursor: writeCursor({ epoch, seq: change }) };
		},

		async lines(query, format, upTo) {
			const { rows, nextPage } = await page(LINES[format], query, upTo);
			return { lines: rows.map(({ line }) => line), nextPage };
		},

		async ids(query, upTo) {
			const { rows, nextPage } = await page(IDS, query, upTo);
			return { ids: rows.map(({ id }) => id), nextPage };
		},
		async count(words) {
			const chosen = wordsOf(words);
			return estimate(chosen, await database.all(...countersFor(chosen))).count;
		},

		async customers(ids) {
			const rows = await database.all(CUSTOMERS, JSON.stringify(ids));
			return Object.fromEntries(rows.map(({ id, customerName }) => [String(id), String(customerName)]));
		},

		stats,
	};
}

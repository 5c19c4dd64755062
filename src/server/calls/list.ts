import type { CallQuery } from '#contract';
import { searchTerms } from '#contract/search.ts';
import type { Database, Row, Statement, Value } from '#db/database.ts';
import { IS_NOT_CLEARED, READ_CLEAR_MARKS } from './clearing.ts';
import { conditions, countersFor, estimate, wordsOf } from './filter.ts';
import type { PageStart } from './page.ts';
import { READ_FEED } from './rows.ts';
import { matchOn, placesOn, shelfOf } from './search-index.ts';

/** What a query reads of each call: columns of the table `c`, including `n`, and how to convert a row. */
export interface Shape<Read> {
	columns: string;
	of(row: Row): Read;
}

/** Calls in reading direction. */
export interface ListResult<Read> {
	rows: Read[];
	/** The `n` after which to continue if the time budget ended the read; null at the limit or the end. */
	stoppedAt: number | null;
	/** The row of `Feed` that was read just before the calls. */
	feed: Row[];
}

export interface TimeBudget {
	/** The target duration of one step, in milliseconds: it blocks the event loop. */
	stepMs: number;
	/** The time in milliseconds after which a list returns the calls that it has. */
	budgetMs: number;
}

const LOCAL: TimeBudget = { stepMs: 4, budgetMs: 80 };
/** Longer steps for a remote database: they do not block the event loop, and each costs a request. */
const REMOTE: TimeBudget = { stepMs: 100, budgetMs: 500 };
/** The range of `n` that the first step reads: some thousand calls, because other events take numbers too. */
const WINDOW = 16_384;
const WINDOW_MAX = 2 ** 32;
/** The number of candidates from the search index in the first step. */
const CANDIDATES = 200;
const CANDIDATES_MAX = 50_000;
/**
 * If the filters leave at most this number of calls, a search checks these calls and does not use the search index.
 */
const FEW = 5_000;

const FIRST = `SELECT min("n") AS "n" FROM "Call"`;
const LAST = `SELECT max("n") AS "n" FROM "Call"`;
/**
 * Finds the `n` of the first call from a time on. Creation times never fall as `n` rises, so a time limits the
 * range of `n`.
 */
const FROM_TIME = `SELECT "n" FROM "Call" WHERE "createdAt" >= ? ORDER BY "createdAt", "n" LIMIT 1`;

/** The query, the position to start from (null: the list's beginning), and the highest `n` to include. */
export interface ListRequest {
	query: CallQuery;
	place: PageStart | null;
	upTo: number;
}

/**
 * Reads up to `limit` matching calls, from `place` or from the list's beginning. Every query is read in steps of a
 * few milliseconds, and other work gets a turn between them. When the time budget is spent, the result is short and
 * says where to continue.
 */
export async function findCalls<Read>(
	database: Database,
	shape: Shape<Read>,
	{ query, place, upTo }: ListRequest,
	limit: number,
	timeBudget: TimeBudget = database.file !== null ? LOCAL : REMOTE,
): Promise<ListResult<Read>> {
	const down = (query.order !== 'oldest') !== (place?.back ?? false);
	const words = wordsOf(query);
	const times = [query.from, query.to].flatMap((time): Statement[] =>
		time === undefined ? [] : [[FROM_TIME, Date.parse(time)]],
	);
	const [feed = [], [first] = [], [last] = [], [marks] = [], counters = [], ...bounds] = await database.snapshot([
		[READ_FEED],
		[FIRST],
		[LAST],
		[READ_CLEAR_MARKS],
		countersFor(words),
		...times,
	]);
	const guess = estimate(words, counters);
	if (!last || last.n === null || (words.size > 0 && guess.count === 0)) return { rows: [], stoppedAt: null, feed };

	// `low` and `high` are inclusive. If no call is at or after `from`, the list is empty. If no call is at or
	// after `to`, the list ends with the last call.
	const bound = (i: number): number | undefined => (bounds[i]?.[0] ? Number(bounds[i][0].n) : undefined);
	let low = query.from === undefined ? Number(first?.n) : (bound(0) ?? Infinity);
	low = Math.max(low, Number(marks?.allTo) + 1);
	let high = query.to === undefined ? Number(last.n) : (bound(times.length - 1) ?? Number(last.n) + 1) - 1;
	high = Math.min(high, upTo);
	if (place) {
		if (down) high = Math.min(high, place.n - 1);
		else low = Math.max(low, place.n + 1);
	}

	const { where, values } = conditions(words, guess.by);
	if (marks?.hasRuns === 1) where.push(IS_NOT_CLEARED);
	const terms = query.q === undefined ? [] : withoutRedundantTerms(searchTerms(query.q));
	if (terms.length > 0) {
		where.push(`(${terms.map(() => 'instr(c."folded", ?) > 0').join(' OR ')})`);
		values.push(...terms);
	}
	const context: ReadContext<Read> = { database, shape, down, where, values, ...timeBudget };
	if (where.length === 0) {
		const rows = await readWindow(context, low, high, limit);
		return { rows, stoppedAt: null, feed };
	}
	const windows = byWindows(context);
	if (terms.length === 0 || guess.count <= FEW) return { ...(await walk(context, windows, low, high, limit)), feed };
	const indexedTo = Number(feed[0]?.indexedTo ?? 0);
	const shelves = byShelves(context, terms);
	// Calls that are not yet indexed are read one by one, all others through the index.
	const either: Step<Read> = (from, to, wanted) => {
		const end = down ? to : from;
		if (end > indexedTo) return windows(down ? Math.max(from, indexedTo + 1) : from, to, wanted);
		return shelves(from, Math.min(to, indexedTo), wanted);
	};
	return { ...(await walk(context, either, low, high, limit)), feed };
}

/**
 * The terms are alternatives. A text with a term also contains every part of it, so a term that contains another is
 * redundant.
 */
const withoutRedundantTerms = (terms: readonly string[]): string[] =>
	[...new Set(terms)].filter((term, _, all) => !all.some((other) => other !== term && term.includes(other)));

interface ReadContext<Read> extends TimeBudget {
	database: Database;
	shape: Shape<Read>;
	/** Whether the read goes towards smaller `n`. */
	down: boolean;
	where: readonly string[];
	values: readonly Value[];
}

/**
 * Reads a part of the range of `n` from `from` to `to`, beginning at the end where reading starts. Returns up to
 * `wanted` rows. If there are fewer, `upTo` is the last `n` that was read.
 */
type Step<Read> = (from: number, to: number, wanted: number) => Promise<{ rows: Read[]; upTo: number }>;

async function walk<Read>(
	{ down, stepMs, budgetMs }: ReadContext<Read>,
	step: Step<Read>,
	low: number,
	high: number,
	limit: number,
): Promise<Omit<ListResult<Read>, 'feed'>> {
	const startedAt = performance.now();
	let turnedAt = startedAt;
	const rows: Read[] = [];
	let [from, to] = [low, high];
	while (from <= to) {
		const { rows: more, upTo } = await step(from, to, limit - rows.length);
		rows.push(...more);
		if (rows.length >= limit) break;
		if (down) to = upTo - 1;
		else from = upTo + 1;
		const now = performance.now();
		if (from <= to && now - startedAt > budgetMs) return { rows, stoppedAt: upTo };
		if (now - turnedAt < stepMs) continue;
		await new Promise(setImmediate);
		turnedAt = performance.now();
	}
	return { rows, stoppedAt: null };
}

async function readWindow<Read>(
	{ database, shape, down, where, values }: ReadContext<Read>,
	from: number,
	to: number,
	limit: number,
): Promise<Read[]> {
	if (from > to) return [];
	const found = await database.all(
		`SELECT ${shape.columns} FROM "Call" c WHERE ${[...where, 'c."n" >= ?', 'c."n" <= ?'].join(' AND ')}
			ORDER BY c."n" ${down ? 'DESC' : 'ASC'} LIMIT ?`,
		...values,
		...[from, to, limit],
	);
	return found.map(shape.of);
}

/** Reads the calls themselves, or a filter's index, in windows: ranges of `n`. */
function byWindows<Read>(context: ReadContext<Read>): Step<Read> {
	const batch = adaptiveBatch(WINDOW, WINDOW, WINDOW_MAX, context.stepMs);
	return async (from, to, wanted) => {
		const size = batch.size();
		const window = context.down
			? ([Math.max(from, to - size + 1), to] as const)
			: ([from, Math.min(to, from + size - 1)] as const);
		const rows = await batch.measure(() => readWindow(context, ...window, wanted));
		return { rows, upTo: context.down ? window[0] : window[1] };
	};
}

/**
 * Reads candidates from the search index, shelf by shelf (`search-index.ts`), and checks them against the calls.
 */
function byShelves<Read>(
	{ database, shape, down, where, values, stepMs }: ReadContext<Read>,
	terms: readonly string[],
): Step<Read> {
	const batch = adaptiveBatch(CANDIDATES, CANDIDATES, CANDIDATES_MAX, stepMs);
	const order = down ? 'DESC' : 'ASC';
	const candidates = `SELECT json_group_array("n") AS "places" FROM (SELECT rowid AS "n" FROM "CallSearch"
		WHERE "CallSearch" MATCH ? AND rowid >= ? AND rowid <= ? ORDER BY rowid ${order} LIMIT ?)`;
	const calls = `SELECT ${shape.columns} FROM json_each(?) AS j CROSS JOIN "Call" c ON c."n" = j.value
		WHERE ${where.join(' AND ')} ORDER BY c."n" ${order} LIMIT ?`;
	return (from, to, wanted) =>
		batch.measure(async () => {
			const shelf = shelfOf(down ? to : from);
			const [first, last] = placesOn(shelf);
			const [start, end] = [Math.max(from, first), Math.min(to, last)];
			const count = batch.size();
			const [found] = await database.all(candidates, matchOn(shelf, terms), start, end, count);
			const places = JSON.parse(String(found?.places)) as number[];
			const rows = places.length === 0 ? [] : await database.all(calls, JSON.stringify(places), ...values, wanted);
			const upTo = places.length === count ? places.at(-1)! : down ? start : end;
			return { rows: rows.map(shape.of), upTo };
		});
}

/**
 * Adapts the size of a step to the duration of the last one: larger after a quick step, smaller after a slow one.
 */
function adaptiveBatch(first: number, least: number, most: number, stepMs: number) {
	let size = first;
	return {
		size: () => size,
		async measure<T>(step: () => Promise<T>): Promise<T> {
			const startedAt = performance.now();
			const result = await step();
			const took = Math.max(performance.now() - startedAt, 0.05);
			size = Math.round(Math.max(least, Math.min(most, size * Math.min(4, stepMs / took))));
			return result;
		},
	};
}

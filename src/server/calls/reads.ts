import type { Call, CallPage, CallQuery, Event } from '#contract';
import { writeCursor } from '#contract/cursor.ts';
import { searchTerms } from '#contract/search.ts';
import type { Database, Row, Value } from '#db/database.ts';
import type { Prisma, PrismaClient } from '#db/prisma.ts';
import { toCall, type CallRow } from './call.ts';
import { pageOf, placeOf, type Place } from './page.ts';
import { fromRow, READ_FEED, type Position } from './rows.ts';

export interface FeedPosition extends Position {
	epoch: string;
	prunedSeq: number;
}

/** The row of `READ_FEED`. */
export function positionFrom([row]: Row[]): FeedPosition {
	if (!row) throw new Error('The database has no row in "Feed": apply the migrations.');
	return {
		epoch: String(row.epoch),
		seq: Number(row.lastSeq),
		change: Number(row.lastChange),
		at: Number(row.lastAt),
		prunedSeq: Number(row.prunedSeq),
	};
}

export interface CallReads {
	position(): Promise<FeedPosition>;
	/** The call alone; null when there is none. */
	call(id: string): Promise<Call | null>;
	get(id: string): Promise<{ call: Call; events: Event[] } | null>;
	/** The entries of a call's timeline past `seq`, in their order. */
	eventsAfter(id: string, seq: number): Promise<Event[]>;
	list(query: CallQuery): Promise<CallPage>;
	/** The customers of these calls, by the call's id; a call that is not here is left out. */
	customers(ids: readonly string[]): Promise<Record<string, string>>;
	/** In the whole history. */
	counts(): Promise<{ total: number; pending: number }>;
}

const LIMIT = 50;
const CUSTOMERS = `SELECT "id", "customerName" FROM "Call" WHERE "id" IN (SELECT value FROM json_each(?))`;

export function createCallReads(database: Database, prisma: PrismaClient): CallReads {
	async function position(): Promise<FeedPosition> {
		return positionFrom(await database.all(READ_FEED));
	}

	async function select(query: CallQuery, place: Place | null, limit: number): Promise<CallRow[]> {
		const descending = (query.order !== 'oldest') !== (place?.back ?? false);
		const [where, values] = filterOf(query);
		if (place) {
			where.push(`"n" ${descending ? '<' : '>'} ?`);
			values.push(place.n);
		}
		const sql = `SELECT * FROM "Call" ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
			ORDER BY "n" ${descending ? 'DESC' : 'ASC'} LIMIT ?`;
		return (await database.all(sql, ...values, limit)).map(fromRow);
	}

	async function call(id: string): Promise<Call | null> {
		const found = await prisma.call.findUnique({ where: { id } });
		return found && toCall(fromPrisma(found));
	}

	async function eventsAfter(id: string, seq: number): Promise<Event[]> {
		const events = await prisma.event.findMany({ where: { callId: id, seq: { gt: seq } }, orderBy: { seq: 'asc' } });
		return events.map(({ at, data, type, ...event }) => ({
			...event,
			type: type as Event['type'],
			at: at.toISOString(),
			data: JSON.parse(data) as Event['data'],
		}));
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
			// The position first: what changes between the two reads comes again by the feed, and nothing falls between them.
			const { epoch, change } = await position();
			const limit = query.limit ?? LIMIT;
			const place = placeOf(query);
			let found = await select(query, place, limit + 1);
			let from = place;
			if (place?.back && found.length <= limit) {
				// Nothing is left before this page: it is the first one, and whole.
				from = null;
				found = await select(query, null, limit + 1);
			}
			const { rows, ...tokens } = pageOf(found, { query, limit, place: from });
			return { calls: rows.map(toCall), ...tokens, cursor: writeCursor({ epoch, seq: change }) };
		},

		async customers(ids) {
			const rows = await database.all(CUSTOMERS, JSON.stringify(ids));
			return Object.fromEntries(rows.map(({ id, customerName }) => [String(id), String(customerName)]));
		},

		async counts() {
			const groups = await prisma.call.groupBy({ by: ['status'], _count: { _all: true } });
			const count = (status?: string): number =>
				groups.filter((g) => status === undefined || g.status === status).reduce((sum, g) => sum + g._count._all, 0);
			return { total: count(), pending: count('PENDING') };
		},
	};
}

/** The query's conditions and their values. The texts are few: one for each set of filters that is used. */
function filterOf(query: CallQuery): [where: string[], values: Value[]] {
	const where: string[] = [];
	const values: Value[] = [];
	for (const name of ['status', 'workflow', 'outcome', 'run'] as const) {
		const words = query[name];
		if (!words) continue;
		where.push(`"${name}" IN (SELECT value FROM json_each(?))`);
		values.push(JSON.stringify(words));
	}
	if (query.from !== undefined) {
		where.push('"createdAt" >= ?');
		values.push(Date.parse(query.from));
	}
	if (query.to !== undefined) {
		where.push('"createdAt" < ?');
		values.push(Date.parse(query.to));
	}
	if (query.q !== undefined) {
		const terms = searchTerms(query.q);
		where.push(`(${terms.map(() => 'instr("folded", ?) > 0').join(' OR ')})`);
		values.push(...terms);
	}
	return [where, values];
}

type PrismaCall = Prisma.CallGetPayload<object>;

function fromPrisma(call: PrismaCall): CallRow {
	const ms = (time: Date | null): number | null => time?.getTime() ?? null;
	return {
		...call,
		scheduledAt: ms(call.scheduledAt),
		createdAt: call.createdAt.getTime(),
		updatedAt: call.updatedAt.getTime(),
		startedAt: ms(call.startedAt),
		ringingAt: ms(call.ringingAt),
		answeredAt: ms(call.answeredAt),
		endedAt: ms(call.endedAt),
		scenario: call.scenario === null ? null : (JSON.parse(call.scenario) as CallRow['scenario']),
	} as CallRow; // words were checked when they were written
}

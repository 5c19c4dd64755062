import {
	DELIVERY_STATES,
	ProblemError,
	type Attempt,
	type Delivery,
	type DeliveryQuery,
	type DeliveryState,
	type RedeliverMany,
} from '#contract';
import type { Database, Row, Value } from '#db/database.ts';
import { CANCEL_WHERE } from './cancel.ts';
import { changeAll, countOf, findIn, placeOf, type Place, type Wanted } from './desk-walk.ts';

type Filter = NonNullable<RedeliverMany['filter']>;

/** Reads deliveries, and redelivers or cancels them manually. */
export interface Desk {
	/** Returns a call's deliveries with their attempts, in the order of creation and of `sequence`. */
	ofCall(callId: string): Promise<Delivery[]>;
	get(id: string): Promise<Delivery | null>;
	/** Returns the deliveries that exist among these ids, in no promised order. */
	byId(ids: readonly string[]): Promise<Delivery[]>;
	/**
	 * Returns a page of deliveries, newest first. A page may be short or even empty, because a request never scans
	 * for long. Only a null `nextPage` means the end. Throws `invalid_page`.
	 */
	list(query: DeliveryQuery): Promise<{ deliveries: Delivery[]; nextPage: string | null }>;
	/** Counts the matching deliveries. */
	count(filter: Filter): Promise<number>;
	/**
	 * Makes a delivery due now. Attempt numbers continue, and the attempt is marked manual. Throws `not_found`.
	 * Throws `illegal_transition` if the delivery is canceled, is under way or was never attempted.
	 */
	redeliver(id: string): Promise<Delivery>;
	/**
	 * Stops the retries. A delivery that was `delivered` before its redelivery becomes `delivered` again. Throws
	 * `not_found`. Throws `illegal_transition` if the delivery is neither `pending` nor `retrying`.
	 */
	cancel(id: string): Promise<Delivery>;
	/**
	 * Makes many deliveries due now, to be sent behind live deliveries, and returns their number. Works in steps
	 * that commit separately. With `dryRun`, the deliveries are only counted.
	 */
	redeliverMany(which: RedeliverMany): Promise<number>;
}

export interface DeskDeps {
	database: Database;
	/** Returns this server's webhook URL, for deliveries without a URL. */
	ownUrl(): string;
	now(): number;
	/** Called when deliveries may be due now. */
	onDue(): void;
	onChanged(ids: readonly string[]): void;
}

const LIMIT = 50;
/** Time budget of a list request. When it is used up, the list returns what it has found. */
const BUDGET_MS = 80;
const ATTEMPTS = `SELECT * FROM "Attempt" WHERE "deliveryId" IN (SELECT value FROM json_each(?)) ORDER BY "number"`;
const OF_CALL = `SELECT * FROM "Delivery" WHERE "callId" = ? ORDER BY "createdAt", "providerId", "sequence"`;
const GET = `SELECT * FROM "Delivery" WHERE "id" = ?`;
const BY_ID = `SELECT * FROM "Delivery" WHERE "id" IN (SELECT value FROM json_each(?))`;
/**
 * An SQL condition: the delivery has had an attempt, and no attempt is under way. `pending` is left out, so that a
 * first attempt keeps its due time.
 */
// A unary plus keeps SQLite from using an index on that column, because almost every delivery matches.
const CAN_REDELIVER = `+"state" IN ('delivered', 'retrying', 'dead') AND +"leasedUntil" IS NULL`;
const redeliverWhere = (bulk: 0 | 1): string =>
	`UPDATE "Delivery" SET "dueAt" = ?, "manual" = 1, "state" = 'retrying', "bulk" = ${bulk},
		"stateBefore" = CASE WHEN "manual" THEN "stateBefore" ELSE "state" END WHERE ${CAN_REDELIVER} AND`;
/**
 * The states that can be redelivered. `retrying` comes first: a redelivery becomes `retrying`, and would otherwise
 * be visited twice.
 */
const AGAIN = ['retrying', 'dead', 'delivered'] as const satisfies DeliveryState[];
/** An SQL condition that skips deliveries claimed since the request began: an attempt was made meanwhile. */
const NOT_SINCE = `("claimedAt" IS NULL OR "claimedAt" <= ?)`;
/** Why a redelivery was refused, by the delivery's state. */
const REFUSED: Partial<Record<DeliveryState, string>> = {
	canceled: 'This delivery was canceled and cannot be redelivered.',
	pending: 'This delivery has not been attempted yet. It is sent when it is due.',
};
const UNDER_WAY = 'An attempt is in progress. Wait for its result, then redeliver.';
const IDS = `"id" IN (SELECT value FROM json_each(?))`;
const [REDELIVER, REDELIVER_IDS] = [
	`${redeliverWhere(0)} ${IDS} RETURNING "id"`,
	`${redeliverWhere(1)} ${IDS} RETURNING "id"`,
];
const COUNT_IDS = `SELECT count(*) AS "count" FROM "Delivery" WHERE ${CAN_REDELIVER} AND ${IDS}`;
const IS_UNDER_WAY = `SELECT 1 FROM "Delivery" WHERE "id" = ? AND "leasedUntil" IS NOT NULL`;
const CANCEL = `${CANCEL_WHERE} "id" = ? RETURNING "id"`;

export function createDesk({ database, ownUrl, now, onDue, onChanged }: DeskDeps): Desk {
	async function withAttempts(rows: readonly Row[]): Promise<Delivery[]> {
		const attempts = await database.all(ATTEMPTS, JSON.stringify(rows.map(({ id }) => id)));
		const byDelivery = new Map<unknown, Row[]>(rows.map(({ id }) => [id, []]));
		for (const attempt of attempts) byDelivery.get(attempt.deliveryId)?.push(attempt);
		return rows.map((row) => deliveryOf(row, byDelivery.get(row.id) ?? [], ownUrl()));
	}
	const get = async (id: string): Promise<Delivery | null> =>
		(await withAttempts(await database.all(GET, id)))[0] ?? null;
	const known = async (id: string): Promise<Delivery> => {
		const delivery = await get(id);
		if (delivery) return delivery;
		throw new ProblemError('not_found', `Delivery ${id.slice(0, 100)} does not exist.`);
	};

	return {
		get,
		byId: async (ids) => withAttempts(await database.all(BY_ID, JSON.stringify(ids))),
		ofCall: async (callId) => withAttempts(await database.all(OF_CALL, callId)),
		async list(query) {
			const limit = query.limit ?? LIMIT;
			const from = query.page === undefined ? null : pageOf(query.page);
			if (query.callId !== undefined) return ofOneCall(query, from, limit);
			const states = [...new Set(query.state ?? DELIVERY_STATES)];
			const until = performance.now() + BUDGET_MS;
			const range = { from, most: limit + 1, until };
			const { found, stoppedAt } = await findIn(database, states, filterOf(query), range);
			const shown = found.slice(0, limit);
			return pageFrom(shown, found.length > limit ? placeOf(shown.at(-1)!) : stoppedAt);
		},
		async count(filter) {
			if (filter.callId !== undefined) return countOfCall(filter, '1');
			let count = 0;
			for (const wanted of wantedBy(filter)) count += await countOf(database, wanted);
			return count;
		},
		async redeliver(id) {
			const taken = await database.all(REDELIVER, now(), JSON.stringify([id]));
			const delivery = await known(id);
			if (taken.length === 0) {
				const isUnderWay = (await database.all(IS_UNDER_WAY, id)).length > 0;
				const why = isUnderWay ? UNDER_WAY : (REFUSED[delivery.state] ?? UNDER_WAY);
				throw new ProblemError('illegal_transition', why);
			}
			onDue();
			onChanged([id]);
			return delivery;
		},
		async cancel(id) {
			await known(id);
			if ((await database.all(CANCEL, id)).length === 0)
				throw new ProblemError(
					'illegal_transition',
					'This delivery is neither pending nor retrying, so there is nothing to cancel.',
				);
			onChanged([id]);
			return known(id);
		},
		async redeliverMany({ ids, filter = {}, dryRun }) {
			if (ids) return redeliverIds(ids, dryRun ?? false);
			if (filter.callId !== undefined && dryRun) return countOfCall(filter, CAN_REDELIVER);
			const startedAt = now();
			const states = AGAIN.filter((state) => filter.state?.includes(state) ?? true);
			let count = 0;
			for (const wanted of wantedBy({ ...filter, state: states })) {
				if (dryRun) {
					const waits = wanted.state === 'retrying' || wanted.where.length > 0;
					count += await countOf(database, waits ? { ...wanted, where: [...wanted.where, CAN_REDELIVER] } : wanted);
					continue;
				}
				const fresh = { ...wanted, where: [...wanted.where, NOT_SINCE], values: [...wanted.values, startedAt] };
				await changeAll(
					database,
					fresh,
					redeliverWhere(1),
					() => [now()],
					(taken) => {
						count += taken.length;
						if (taken.length === 0) return;
						onDue();
						onChanged(taken);
					},
				);
			}
			return count;
		},
	};

	async function redeliverIds(ids: readonly string[], dryRun: boolean): Promise<number> {
		const json = JSON.stringify(ids);
		if (dryRun) return Number((await database.all(COUNT_IDS, json))[0]?.count);
		const sent = await database.all(REDELIVER_IDS, now(), json);
		if (sent.length > 0) onDue();
		onChanged(sent.map((row) => String(row.id)));
		return sent.length;
	}

	/** A call has few deliveries, so one statement reads them. */
	async function ofOneCall(query: DeliveryQuery, from: Place | null, limit: number) {
		const [where, values] = ofCallBy(query);
		if (from) {
			where.push('("providerId", "sequence") < (?, ?)');
			values.push(from.providerId, from.sequence);
		}
		const sql = `SELECT * FROM "Delivery" WHERE ${where.join(' AND ')} ORDER BY "providerId" DESC, "sequence" DESC LIMIT ?`;
		const rows = await database.all(sql, ...values, limit + 1);
		const shown = rows.slice(0, limit);
		return pageFrom(shown, rows.length > limit ? placeOf(shown.at(-1)!) : null);
	}

	async function countOfCall(filter: Filter, and: string): Promise<number> {
		const [where, values] = ofCallBy(filter);
		const sql = `SELECT count(*) AS "count" FROM "Delivery" WHERE ${and} AND ${where.join(' AND ')}`;
		return Number((await database.all(sql, ...values))[0]?.count);
	}

	async function pageFrom(rows: Row[], next: Place | null) {
		return {
			deliveries: await withAttempts(rows),
			nextPage: next && `${next.providerId}.${next.sequence}`,
		};
	}
}

/** Returns the filter's conditions for each state separately, because the index begins with the state. */
function wantedBy(filter: Filter): Wanted[] {
	const conditions = filterOf(filter);
	return (filter.state ?? DELIVERY_STATES).map((state) => ({ state, ...conditions }));
}

function ofCallBy(filter: Filter): [where: string[], values: Value[]] {
	const { where, values } = filterOf(filter);
	if (filter.state === undefined) return [where, values];
	return [
		[...where, '"state" IN (SELECT value FROM json_each(?))'],
		[...values, JSON.stringify(filter.state)],
	];
}

/** Returns all conditions except the states. */
function filterOf({ callId, code, from, to }: Filter): { where: string[]; values: Value[] } {
	const where: string[] = [];
	const values: Value[] = [];
	const add = (condition: string, value: Value): void => {
		where.push(condition);
		values.push(value);
	};
	if (callId !== undefined) add('"callId" = ?', callId);
	if (code !== undefined) add('"lastStatus" = ?', code);
	if (from !== undefined) add('"createdAt" >= ?', Date.parse(from));
	if (to !== undefined) add('"createdAt" < ?', Date.parse(to));
	return { where, values };
}

function pageOf(page: string): Place {
	const [, providerId, sequence] = /^(sim_[0-9a-f]{32})\.(\d{1,6})$/.exec(page) ?? [];
	if (providerId === undefined)
		throw new ProblemError(
			'invalid_page',
			'This page token belongs to another list. Request the list without a page token first.',
		);
	return { providerId, sequence: Number(sequence) };
}

function deliveryOf(row: Row, attempts: readonly Row[], ownUrl: string): Delivery {
	return {
		id: String(row.id),
		callId: String(row.callId),
		providerId: String(row.providerId),
		type: String(row.type),
		url: row.url === null ? ownUrl : String(row.url),
		state: row.state as Delivery['state'],
		attempts: attempts.map(attemptOf),
		nextAttemptAt: row.dueAt === null ? null : new Date(Number(row.dueAt)).toISOString(),
		createdAt: new Date(Number(row.createdAt)).toISOString(),
	};
}

function attemptOf(row: Row): Attempt {
	return {
		number: Number(row.number),
		at: new Date(Number(row.at)).toISOString(),
		durationMs: Number(row.durationMs),
		manual: row.manual === 1,
		request: JSON.parse(String(row.request)) as Attempt['request'],
		response: row.response === null ? null : (JSON.parse(String(row.response)) as Attempt['response']),
		error: row.error === null ? null : String(row.error),
	};
}

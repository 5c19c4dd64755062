import {
	ProblemError,
	type Attempt,
	type Delivery,
	type DeliveryQuery,
	type DeliveryState,
	type RedeliverMany,
} from '#contract';
import type { Database, Row, Value } from '#db/database.ts';
import { CANCEL_WHERE } from './cancel.ts';

type Filter = NonNullable<RedeliverMany['filter']>;

/** What is on its way and what gave up, to read and to send again by hand. */
export interface Desk {
	/** A call's deliveries with their attempts, in the order in which they were planned. */
	ofCall(callId: string): Promise<Delivery[]>;
	get(id: string): Promise<Delivery | null>;
	/** Those of these that are there, in no promised order. */
	byId(ids: readonly string[]): Promise<Delivery[]>;
	/** Newest first. Throws `invalid_page`. */
	list(query: DeliveryQuery): Promise<{ deliveries: Delivery[]; nextPage: string | null }>;
	/** How many match. */
	count(filter: Filter): Promise<number>;
	/**
	 * Sends again now, numbered on, marked as by hand. Throws `not_found`, `illegal_transition` for one that is canceled,
	 * under way or was never tried.
	 */
	redeliver(id: string): Promise<Delivery>;
	/** Stops retrying; what was delivered before it was sent once more is that again. Throws `not_found`, `illegal_transition` when nothing is on its way. */
	cancel(id: string): Promise<Delivery>;
	/** Sends many again and answers how many it took; with `dryRun` it only counts them. */
	redeliverMany(which: RedeliverMany): Promise<number>;
}

export interface DeskDeps {
	database: Database;
	/** Where deliveries without an address of their own go. */
	ownUrl(): string;
	now(): number;
	/** Some may be due now. */
	onDue(): void;
	onChanged(ids: readonly string[]): void;
}

const LIMIT = 50;
const ATTEMPTS = `SELECT * FROM "Attempt" WHERE "deliveryId" IN (SELECT value FROM json_each(?)) ORDER BY "number"`;
const OF_CALL = `SELECT * FROM "Delivery" WHERE "callId" = ? ORDER BY "createdAt", "providerId", "sequence"`;
const GET = `SELECT * FROM "Delivery" WHERE "id" = ?`;
const BY_ID = `SELECT * FROM "Delivery" WHERE "id" IN (SELECT value FROM json_each(?))`;
/** What was tried and is not being tried now: the first try comes at its own time. */
const CAN_REDELIVER = `"state" IN ('delivered', 'retrying', 'dead') AND "leasedUntil" IS NULL`;
const redeliverWhere = (where: string): string =>
	`UPDATE "Delivery" SET "dueAt" = ?, "manual" = 1, "state" = 'retrying',
		"stateBefore" = CASE WHEN "manual" THEN "stateBefore" ELSE "state" END WHERE ${CAN_REDELIVER} AND ${where} RETURNING "id"`;
/** Why one was not taken, by its state. */
const REFUSED: Partial<Record<DeliveryState, string>> = {
	canceled: 'This delivery was canceled: its call is gone or was hung up.',
	pending: 'This delivery was never tried: it is sent at its own time.',
};
const UNDER_WAY = 'An attempt is under way. Wait for what comes of it, then send again.';
const REDELIVER = redeliverWhere('"id" IN (SELECT value FROM json_each(?))');
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
		throw new ProblemError('not_found', `There is no delivery ${id.slice(0, 100)}.`);
	};

	return {
		get,
		byId: async (ids) => withAttempts(await database.all(BY_ID, JSON.stringify(ids))),
		ofCall: async (callId) => withAttempts(await database.all(OF_CALL, callId)),
		async list(query) {
			const [where, values] = filterOf(query);
			if (query.page !== undefined) {
				const place = placeOf(query.page);
				where.push('("providerId", "sequence") < (?, ?)');
				values.push(place.providerId, place.sequence);
			}
			const limit = query.limit ?? LIMIT;
			const sql = `SELECT * FROM "Delivery" ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
				ORDER BY "providerId" DESC, "sequence" DESC LIMIT ?`;
			const rows = await database.all(sql, ...values, limit + 1);
			const shown = rows.slice(0, limit);
			const last = shown.at(-1);
			const nextPage = rows.length > limit && last ? `${String(last.providerId)}.${Number(last.sequence)}` : null;
			return { deliveries: await withAttempts(shown), nextPage };
		},
		async count(filter) {
			const [where, values] = joined(filterOf(filter));
			const [row] = await database.all(`SELECT count(*) AS "count" FROM "Delivery" WHERE ${where}`, ...values);
			return Number(row?.count ?? 0);
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
				throw new ProblemError('illegal_transition', 'Nothing of this delivery is on its way any more.');
			onChanged([id]);
			return known(id);
		},
		async redeliverMany({ ids, filter, dryRun }) {
			const [where, values] = ids
				? (['"id" IN (SELECT value FROM json_each(?))', [JSON.stringify(ids)]] as const)
				: joined(filterOf(filter ?? {}));
			if (dryRun === true) {
				const [row] = await database.all(
					`SELECT count(*) AS "count" FROM "Delivery" WHERE ${CAN_REDELIVER} AND ${where}`,
					...values,
				);
				return Number(row?.count ?? 0);
			}
			const sent = await database.all(redeliverWhere(where), now(), ...values);
			if (sent.length > 0) onDue();
			onChanged(sent.map((row) => String(row.id)));
			return sent.length;
		},
	};
}

const joined = ([where, values]: [string[], Value[]]): readonly [string, Value[]] => [
	where.length > 0 ? where.join(' AND ') : '1',
	values,
];

function filterOf({ state, callId, code, from, to }: Filter): [where: string[], values: Value[]] {
	const where: string[] = [];
	const values: Value[] = [];
	const add = (condition: string, value: Value): void => {
		where.push(condition);
		values.push(value);
	};
	// One state is read in the order of its index; a call has few deliveries, so there the call's index serves better.
	if (state?.length === 1 && state[0] && callId === undefined) add('"state" = ?', state[0]);
	else if (state) add('"state" IN (SELECT value FROM json_each(?))', JSON.stringify(state));
	if (callId !== undefined) add('"callId" = ?', callId);
	if (code !== undefined) add('"lastStatus" = ?', code);
	if (from !== undefined) add('"createdAt" >= ?', Date.parse(from));
	if (to !== undefined) add('"createdAt" < ?', Date.parse(to));
	return [where, values];
}

function placeOf(page: string): { providerId: string; sequence: number } {
	const [, providerId, sequence] = /^(sim_[0-9a-f]{32})\.(\d{1,6})$/.exec(page) ?? [];
	if (providerId === undefined)
		throw new ProblemError(
			'invalid_page',
			'This page token belongs to another list. Ask for the list without one first.',
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

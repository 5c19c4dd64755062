import type { Attempt, DeliveryState } from '#contract';
import type { Database, Row, Statement } from '#db/database.ts';
import { moveTimesBack, type Timed } from '#queue/set-back.ts';
import type { Claimed, QueueStore } from '#queue/worker.ts';
import type { DeliveryFault } from './faults.ts';
import { claimIn, nextDueIn, type Lane } from './outbox-claim.ts';

/** A claimed webhook that is due. */
export interface DueDelivery extends Claimed {
	callId: string;
	type: string;
	/** null for this server's own address. */
	url: string | null;
	body: string;
	/** Faults to inject into the first attempt. */
	faults: DeliveryFault[];
	/** Automatic attempts that failed so far. */
	failures: number;
	/** True for a manual attempt. */
	manual: boolean;
	/** The state before the manual request; null for automatic attempts. */
	stateBefore: DeliveryState | null;
}

/** The state of a delivery after an attempt. */
export interface Settlement {
	state: DeliveryState;
	dueAt: number | null;
	failures: number;
}

export interface OutboxStore extends QueueStore<DueDelivery> {
	/**
	 * Records the attempts and, while the lease holds, the delivery's new state. If the lease was lost or the delivery
	 * canceled, the attempts are still recorded, because they were sent.
	 */
	settle(delivery: DueDelivery, attempts: readonly Attempt[], next: Settlement): Promise<void>;
}

const RENEW = `UPDATE "Delivery" SET "leasedUntil" = ?3 WHERE "id" = ?1 AND "lease" = ?2`;
/** Frees every lease when the only server of a file starts: dead processes held these leases. */
export const FREE_ALL = `UPDATE "Delivery" SET "leasedUntil" = NULL, "lease" = NULL WHERE "dueAt" IS NOT NULL AND "leasedUntil" IS NOT NULL`;
/** The times that move when the clock is set back: of waiting deliveries, and the end of active provider calls. */
const TIMED: readonly Timed[] = [
	{ table: 'Delivery', times: ['dueAt', 'claimedAt'], lease: 'leasedUntil', except: `"dueAt" IS NULL` },
	{ table: 'ProviderCall', times: ['endsAt'], except: `"state" <> 'active'` },
];
const OWED = `SELECT 1 FROM "Delivery" WHERE "callId" = ? AND "state" = 'pending' AND "dueAt" <= ? LIMIT 1`;

/** After the clock was set back by `ms`, moves due times back so that waiting deliveries wait as long as before. */
export async function setBack(database: Database, ms: number, now: () => number): Promise<void> {
	for (const timed of TIMED) await moveTimesBack(database, timed, ms, now);
}

/** Whether a webhook of this call is due and had no attempt yet. */
export const isOwed = async (database: Database, callId: string, now: number): Promise<boolean> =>
	(await database.all(OWED, callId, now)).length > 0;

const HOLDER = `SELECT "lease", "state" FROM "Delivery" WHERE "id" = ?`;
const INSERT_ATTEMPT = `INSERT INTO "Attempt" ("deliveryId", "number", "at", "durationMs", "manual", "request", "response", "error")
	VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;
const SETTLE = `UPDATE "Delivery" SET "state" = ?, "dueAt" = ?, "failures" = ?, "attempts" = ?, "lastStatus" = ?, "manual" = 0, "bulk" = 0,
	"stateBefore" = NULL, "lease" = NULL, "leasedUntil" = NULL WHERE "id" = ?`;

const NOTE = `UPDATE "Delivery" SET "attempts" = ?, "lastStatus" = ? WHERE "id" = ?`;

export function createOutboxStore(database: Database, lane: Lane): OutboxStore {
	const claim = claimIn(lane);
	const nextDue = nextDueIn(lane);
	return {
		async claim(now, limit, lease, until) {
			const rows = await database.all(claim, lease, until, now, limit);
			return rows.map((row) => dueOf(row, lease));
		},
		async renew(id, lease, until) {
			await database.all(RENEW, id, lease, until);
		},
		async nextDue(now) {
			const [row] = await database.all(nextDue, now);
			return row?.at == null ? null : Number(row.at);
		},
		async settle({ id, lease }, attempts, { state, dueAt, failures }) {
			const last = attempts.at(-1);
			const status = last?.response?.status ?? null;
			const records = attempts.map((attempt) => insertOf(id, attempt));
			await database.transact([[HOLDER, id]], ([rows = []]) => {
				const [row] = rows;
				if (row?.lease === lease)
					return {
						result: undefined,
						statements: [...records, [SETTLE, state, dueAt, failures, last?.number ?? 0, status, id]],
					};
				if (!row) return { result: undefined, statements: [] };
				// Another worker has claimed the delivery since and decides its state.
				if (row.state !== 'canceled') return { result: undefined, statements: records };
				return { result: undefined, statements: [...records, [NOTE, last?.number ?? 0, status, id]] };
			});
		},
	};
}

function dueOf(row: Row, lease: string): DueDelivery {
	return {
		id: String(row.id),
		callId: String(row.callId),
		type: String(row.type),
		url: row.url === null ? null : String(row.url),
		body: String(row.body),
		attempts: Number(row.attempts),
		faults: JSON.parse(String(row.faults)) as DeliveryFault[],
		failures: Number(row.failures),
		manual: row.manual === 1,
		stateBefore: row.stateBefore as DeliveryState | null,
		lease,
	};
}

function insertOf(deliveryId: string, attempt: Attempt): Statement {
	const { number, at, durationMs, manual, request, response, error } = attempt;
	return [
		INSERT_ATTEMPT,
		...[deliveryId, number, Date.parse(at), durationMs, manual ? 1 : 0, JSON.stringify(request)],
		...[response && JSON.stringify(response), error],
	];
}

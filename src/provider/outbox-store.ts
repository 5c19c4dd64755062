import type { Attempt, DeliveryState } from '#contract';
import type { Database, Row, Statement } from '#db/database.ts';
import type { Claimed, QueueStore } from '#queue/worker.ts';
import type { DeliveryFault } from './faults.ts';

/** A webhook whose time has come. */
export interface DueDelivery extends Claimed {
	callId: string;
	type: string;
	/** null: this server's own address. */
	url: string | null;
	body: string;
	/** What shall go wrong with its first try. */
	faults: DeliveryFault[];
	/** Automatic tries that failed so far. */
	failures: number;
	/** This try was asked for by hand. */
	manual: boolean;
}

/** What becomes of a delivery after a try. */
export interface Settlement {
	state: DeliveryState;
	dueAt: number | null;
	failures: number;
}

export interface OutboxStore extends QueueStore<DueDelivery> {
	/**
	 * Records the attempts and what becomes of the delivery, while its lease holds. Of one that was canceled while it was
	 * under way the attempts are recorded all the same.
	 */
	settle(delivery: DueDelivery, attempts: readonly Attempt[], next: Settlement): Promise<void>;
}

/**
 * How long a webhook lets an earlier one of its call go first, so that reports arrive in order unless chaos was asked
 * for. One that was tried and failed holds back nothing.
 */
const POLITE_MS = 1_000;
const EARLIER_UNTRIED = `EXISTS (SELECT 1 FROM "Delivery" AS "earlier" WHERE "earlier"."providerId" = "Delivery"."providerId"
	AND "earlier"."state" = 'pending' AND ("earlier"."dueAt" < "Delivery"."dueAt"
		OR ("earlier"."dueAt" = "Delivery"."dueAt" AND "earlier"."sequence" < "Delivery"."sequence")))`;
/**
 * Which deliveries a worker takes: those to this server, or those to other addresses. A receiver that hangs must hold
 * back nobody else, so the two lanes have their own hands, and one address never has more than `PER_ADDRESS` of them.
 */
export type Lane = 'own' | 'foreign';
const PER_ADDRESS = 6;
const FREE = `(+"leasedUntil" IS NULL OR +"leasedUntil" < ?3)`;
const POLITE = `("dueAt" <= ?3 - ${POLITE_MS} OR NOT ${EARLIER_UNTRIED})`;
const UNDER_WAY = `SELECT "url", count(*) AS "count" FROM "Delivery" WHERE "leasedUntil" >= ?3 AND "url" IS NOT NULL GROUP BY "url"`;
const DUE: Record<Lane, string> = {
	own: `SELECT "id" FROM "Delivery" WHERE "dueAt" <= ?3 AND ${FREE} AND "url" IS NULL AND ${POLITE} ORDER BY "dueAt" LIMIT ?4`,
	foreign: `SELECT "id" FROM (
		SELECT "id", "dueAt", row_number() OVER (PARTITION BY "Delivery"."url" ORDER BY "dueAt") + coalesce("busy"."count", 0) AS "place"
		FROM "Delivery" LEFT JOIN (${UNDER_WAY}) AS "busy" ON "busy"."url" = "Delivery"."url"
		WHERE "dueAt" <= ?3 AND ${FREE} AND "Delivery"."url" IS NOT NULL AND ${POLITE}
	) WHERE "place" <= ${PER_ADDRESS} ORDER BY "dueAt" LIMIT ?4`,
};
const claimIn = (
	lane: Lane,
): string => `UPDATE "Delivery" SET "lease" = ?1, "leasedUntil" = ?2, "attempts" = "attempts" + 1
	WHERE "id" IN (${DUE[lane]})
	RETURNING "id", "callId", "type", "url", "body", "attempts", "faults", "failures", "manual"`;
/** An address whose hands are full wakes the worker when one is free; until then nothing of it is due. */
const WAITING: Record<Lane, string> = {
	own: `"url" IS NULL`,
	foreign: `"url" IS NOT NULL AND "url" NOT IN (SELECT "url" FROM "Delivery" WHERE "leasedUntil" >= ?1 AND "url" IS NOT NULL
		GROUP BY "url" HAVING count(*) >= ${PER_ADDRESS})`,
};
const nextDueIn = (
	lane: Lane,
): string => `SELECT min("dueAt" + CASE WHEN ${EARLIER_UNTRIED} THEN ${POLITE_MS} ELSE 0 END) AS "at"
	FROM "Delivery" WHERE "id" IN (SELECT "id" FROM "Delivery" WHERE "dueAt" IS NOT NULL AND +"leasedUntil" IS NULL
		AND ${WAITING[lane]} AND ?1 > 0 ORDER BY "dueAt" LIMIT 64)`;
const RENEW = `UPDATE "Delivery" SET "leasedUntil" = ?3 WHERE "id" = ?1 AND "lease" = ?2`;
/** At the start of a file's only server: what a dead process held is free at once. */
export const FREE_ALL = `UPDATE "Delivery" SET "leasedUntil" = NULL, "lease" = NULL WHERE "dueAt" IS NOT NULL AND "leasedUntil" IS NOT NULL`;
const HOLDER = `SELECT "lease", "state" FROM "Delivery" WHERE "id" = ?`;
const INSERT_ATTEMPT = `INSERT INTO "Attempt" ("deliveryId", "number", "at", "durationMs", "manual", "request", "response", "error")
	VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`;
const SETTLE = `UPDATE "Delivery" SET "state" = ?, "dueAt" = ?, "failures" = ?, "attempts" = ?, "lastStatus" = ?, "manual" = 0,
	"lease" = NULL, "leasedUntil" = NULL WHERE "id" = ?`;

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
				// Another worker has it: its record counts.
				if (row?.state !== 'canceled') return { result: undefined, statements: [] };
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

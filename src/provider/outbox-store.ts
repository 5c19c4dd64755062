import type { Attempt, Delivery } from '#contract';
import type { Database, Row } from '#db/database.ts';
import type { Claimed, QueueStore } from '#queue/worker.ts';

/** A webhook whose time has come. */
export interface DueDelivery extends Claimed {
	/** null: this server's own address. */
	url: string | null;
	body: string;
}

export interface OutboxStore extends QueueStore<DueDelivery> {
	/** At start: what a dead process held is free at once. */
	takeOver(): Promise<void>;
	/** Records the attempt and what becomes of the delivery, while its lease holds. */
	settle(
		delivery: DueDelivery,
		attempt: Attempt,
		next: { state: Delivery['state']; dueAt: number | null },
	): Promise<void>;
	/** A call's deliveries with their attempts, in the order in which they are due. */
	ofCall(callId: string, ownUrl: string): Promise<Delivery[]>;
}

/**
 * How long a webhook lets an earlier one of its call go first, so that reports arrive in order unless chaos was asked
 * for. One that was tried and failed holds back nothing.
 */
const POLITE_MS = 1_000;
const EARLIER_UNTRIED = `EXISTS (SELECT 1 FROM "Delivery" AS "earlier" WHERE "earlier"."providerId" = "Delivery"."providerId"
	AND "earlier"."sequence" < "Delivery"."sequence" AND "earlier"."state" = 'pending')`;
const CLAIM = `UPDATE "Delivery" SET "lease" = ?1, "leasedUntil" = ?2, "attempts" = "attempts" + 1
	WHERE "id" IN (SELECT "id" FROM "Delivery" WHERE "dueAt" <= ?3 AND ("leasedUntil" IS NULL OR "leasedUntil" < ?3)
		AND ("dueAt" <= ?3 - ${POLITE_MS} OR NOT ${EARLIER_UNTRIED}) ORDER BY "dueAt" LIMIT ?4)
	RETURNING "id", "url", "body", "attempts"`;
const RENEW = `UPDATE "Delivery" SET "leasedUntil" = ?3 WHERE "id" = ?1 AND "lease" = ?2`;
const NEXT_DUE = `SELECT min("dueAt" + CASE WHEN ${EARLIER_UNTRIED} THEN ${POLITE_MS} ELSE 0 END) AS "at" FROM "Delivery"
	WHERE "id" IN (SELECT "id" FROM "Delivery" WHERE "dueAt" IS NOT NULL AND "leasedUntil" IS NULL ORDER BY "dueAt" LIMIT 64)`;
const TAKE_OVER = `UPDATE "Delivery" SET "leasedUntil" = NULL, "lease" = NULL WHERE "dueAt" IS NOT NULL AND "leasedUntil" IS NOT NULL`;
const HELD = `SELECT 1 FROM "Delivery" WHERE "id" = ? AND "lease" = ?`;
const INSERT_ATTEMPT = `INSERT INTO "Attempt" ("deliveryId", "number", "at", "durationMs", "manual", "request", "response", "error")
	VALUES (?, ?, ?, ?, ?, ?, ?, ?)`;
const SETTLE = `UPDATE "Delivery" SET "state" = ?, "dueAt" = ?, "lease" = NULL, "leasedUntil" = NULL WHERE "id" = ?`;
const OF_CALL = `SELECT * FROM "Delivery" WHERE "callId" = ? ORDER BY "createdAt", "providerId", "sequence"`;
const ATTEMPTS = `SELECT * FROM "Attempt" WHERE "deliveryId" IN (SELECT "id" FROM "Delivery" WHERE "callId" = ?) ORDER BY "number"`;

export function createOutboxStore(database: Database): OutboxStore {
	return {
		async claim(now, limit, lease, until) {
			const rows = await database.all(CLAIM, lease, until, now, limit);
			return rows.map(({ id, url, body, attempts }) => ({
				id: String(id),
				url: url === null ? null : String(url),
				body: String(body),
				attempts: Number(attempts),
				lease,
			}));
		},
		async renew(id, lease, until) {
			await database.all(RENEW, id, lease, until);
		},
		async nextDue() {
			const [row] = await database.all(NEXT_DUE);
			return row?.at == null ? null : Number(row.at);
		},
		async takeOver() {
			await database.all(TAKE_OVER);
		},
		async settle({ id, lease }, attempt, { state, dueAt }) {
			const { number, at, durationMs, manual, request, response, error } = attempt;
			await database.transact([[HELD, id, lease]], ([held = []]) => ({
				result: undefined,
				// Without the lease it was hung up meanwhile, or another worker has it: its row says what counts.
				statements:
					held.length === 0
						? []
						: [
								[
									INSERT_ATTEMPT,
									...[id, number, Date.parse(at), durationMs, manual ? 1 : 0, JSON.stringify(request)],
									...[response && JSON.stringify(response), error],
								],
								[SETTLE, state, dueAt, id],
							],
			}));
		},
		async ofCall(callId, ownUrl) {
			const [deliveries = [], attempts = []] = await database.snapshot([
				[OF_CALL, callId],
				[ATTEMPTS, callId],
			]);
			return deliveries.map((row) => deliveryOf(row, attempts, ownUrl));
		},
	};
}

function deliveryOf(row: Row, attempts: readonly Row[], ownUrl: string): Delivery {
	return {
		id: String(row.id),
		callId: String(row.callId),
		providerId: String(row.providerId),
		type: String(row.type),
		url: row.url === null ? ownUrl : String(row.url),
		state: row.state as Delivery['state'],
		attempts: attempts.filter(({ deliveryId }) => deliveryId === row.id).map(attemptOf),
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

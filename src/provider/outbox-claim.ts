/**
 * Which deliveries a worker claims: those to this server, or those to other addresses. A hanging receiver must not
 * delay other receivers. So each lane has slots of its own, and one foreign origin (scheme, host and port) never
 * uses more than `PER_ORIGIN`. A slot is one delivery under way.
 */
export type Lane = 'own' | 'foreign';

const PER_ORIGIN = 6;
/**
 * Maximum slots for bulk redeliveries, in the own lane and for each foreign origin. The other slots stay free for
 * live deliveries.
 */
const BULK = { own: 4, perOrigin: 3 };
/**
 * How long a webhook waits for an earlier webhook of its call that is under way, so that reports arrive in order
 * unless a fault was drawn. For an earlier webhook that is not claimed yet, the wait has no limit. A webhook whose
 * attempt failed delays no other webhook.
 */
const POLITE_MS = 1_000;

// Every statement below reads waiting deliveries by the partial index `Delivery_waiting_idx`, which holds no
// finished deliveries. The cost of a statement therefore depends neither on the history nor on how many deliveries
// wait for one receiver. A unary plus keeps SQLite from using an index on that column, because such an index covers
// every delivery ever sent.
const WAITING = `"Delivery" INDEXED BY "Delivery_waiting_idx"`;
const held = (now: string): string => `EXISTS (
	SELECT 1 FROM "Delivery" AS "earlier" INDEXED BY "Delivery_providerId_idx"
	WHERE "earlier"."providerId" = "Delivery"."providerId" AND "earlier"."state" = 'pending'
		AND (+"earlier"."leasedUntil" IS NULL OR "earlier"."claimedAt" > ${now} - ${POLITE_MS})
		AND ("earlier"."dueAt", "earlier"."sequence") < ("Delivery"."dueAt", "Delivery"."sequence"))`;
/** Selects the next origin with a waiting delivery, by one index search past the previous origin. */
const nextOrigin = (after: string): string =>
	`(SELECT "origin" FROM ${WAITING} WHERE "dueAt" IS NOT NULL AND "origin" ${after} ORDER BY "origin" LIMIT 1)`;
const ORIGINS = `"origins" ("origin") AS (
	SELECT ${nextOrigin('IS NOT NULL')}
	UNION ALL SELECT ${nextOrigin('> "origins"."origin"')} FROM "origins" WHERE "origins"."origin" IS NOT NULL)`;
/** Slots in use per origin, and how many of them by bulk deliveries. */
const busy = (now: string): string => `"busy" AS (
	SELECT "origin", count(*) AS "count", sum("bulk") AS "bulk" FROM "Delivery" WHERE "leasedUntil" >= ${now} AND +"origin" IS NOT NULL
	GROUP BY +"origin")`;
/** Slots of the own lane that are left for bulk deliveries. */
const ownBulkLeft = (now: string): string => `(SELECT max(0, ${BULK.own} - count(*)) FROM "Delivery" AS "busy"
	WHERE "busy"."leasedUntil" >= ${now} AND +"busy"."origin" IS NULL AND +"busy"."bulk")`;

const claimable = (origin: string, bulk: 0 | 1, limit: string | number): string => `SELECT "id", "dueAt" FROM ${WAITING}
	WHERE ${origin} AND "bulk" = ${bulk} AND "dueAt" <= ?3 AND (+"leasedUntil" IS NULL OR +"leasedUntil" < ?3) AND NOT ${held('?3')}
	ORDER BY "dueAt" LIMIT ${limit}`;
/** Live deliveries first, then bulk deliveries as far as slots are left for them. */
const CLAIMED: Record<Lane, string> = {
	own: `SELECT "id" FROM (
		SELECT *, 0 AS "bulk" FROM (${claimable('"origin" IS NULL', 0, '?4')}) UNION ALL
		SELECT *, 1 FROM (${claimable('"origin" IS NULL', 1, `min(?4, ${ownBulkLeft('?3')})`)})
	) ORDER BY "bulk", "dueAt" LIMIT ?4`,
	foreign: `WITH RECURSIVE ${ORIGINS}, ${busy('?3')}
	SELECT "id" FROM (
		SELECT "due"."id", "due"."dueAt", "due"."bulk",
			row_number() OVER (PARTITION BY "due"."origin" ORDER BY "due"."bulk", "due"."dueAt") + coalesce("busy"."count", 0) AS "place",
			row_number() OVER (PARTITION BY "due"."origin", "due"."bulk" ORDER BY "due"."dueAt") + coalesce("busy"."bulk", 0) AS "bulkPlace"
		FROM "origins" JOIN "Delivery" AS "due" ON "due"."id" IN (
			SELECT "id" FROM (${claimable('"Delivery"."origin" = "origins"."origin"', 0, PER_ORIGIN)}) UNION ALL
			SELECT "id" FROM (${claimable('"Delivery"."origin" = "origins"."origin"', 1, BULK.perOrigin)}))
		LEFT JOIN "busy" ON "busy"."origin" = "origins"."origin"
		WHERE "origins"."origin" IS NOT NULL
	) WHERE "place" <= ${PER_ORIGIN} AND (NOT "bulk" OR "bulkPlace" <= ${BULK.perOrigin}) ORDER BY "bulk", "dueAt" LIMIT ?4`,
};
/** Claims due deliveries. Parameters: lease, its end, now, limit. */
export const claimIn = (lane: Lane): string => `UPDATE "Delivery"
	SET "lease" = ?1, "leasedUntil" = ?2, "claimedAt" = ?3, "attempts" = "attempts" + 1
	WHERE "id" IN (${CLAIMED[lane]})
	RETURNING "id", "callId", "type", "url", "body", "attempts", "faults", "failures", "manual", "stateBefore"`;

const firstDue = (origin: string, bulk: 0 | 1): string => `(SELECT "dueAt" FROM ${WAITING}
	WHERE ${origin} AND "bulk" = ${bulk} AND "dueAt" IS NOT NULL AND +"leasedUntil" IS NULL AND NOT ${held('?1')} ORDER BY "dueAt" LIMIT 1)`;
const FIRST_DUE: Record<Lane, string> = {
	own: `SELECT ${firstDue('"origin" IS NULL', 0)} AS "at" UNION ALL
		SELECT ${firstDue('"origin" IS NULL', 1)} WHERE ${ownBulkLeft('?1')} > 0`,
	// An origin without a free slot is left out. When one of its deliveries ends, the worker wakes and looks again.
	foreign: `SELECT ${firstDue('"Delivery"."origin" = "origins"."origin"', 0)} AS "at" FROM "origins"
		LEFT JOIN "busy" ON "busy"."origin" = "origins"."origin"
		WHERE "origins"."origin" IS NOT NULL AND coalesce("busy"."count", 0) < ${PER_ORIGIN}
	UNION ALL SELECT ${firstDue('"Delivery"."origin" = "origins"."origin"', 1)} FROM "origins"
		LEFT JOIN "busy" ON "busy"."origin" = "origins"."origin"
		WHERE "origins"."origin" IS NOT NULL AND coalesce("busy"."count", 0) < ${PER_ORIGIN}
			AND coalesce("busy"."bulk", 0) < ${BULK.perOrigin}`,
};
/**
 * Selects the next time (`at`) at which a delivery may be claimable: a due time, or `POLITE_MS` after a claim, when
 * later webhooks of that call stop waiting.
 */
export const nextDueIn = (lane: Lane): string => `WITH RECURSIVE ${ORIGINS}, ${busy('?1')}
	SELECT min("at") AS "at" FROM (${FIRST_DUE[lane]} UNION ALL
		SELECT "claimedAt" + ${POLITE_MS} FROM "Delivery" WHERE "leasedUntil" >= ?1 AND "claimedAt" > ?1 - ${POLITE_MS}
			AND +"origin" IS ${lane === 'own' ? '' : 'NOT '}NULL AND +"state" = 'pending')`;

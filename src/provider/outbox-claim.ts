/**
 * Which deliveries a worker claims: those to this server, or those to other addresses. A hanging receiver must not
 * delay the others. So each lane has its own slots, and one origin (scheme, host and port) never uses more than
 * `PER_ORIGIN`.
 */
export type Lane = 'own' | 'foreign';

const PER_ORIGIN = 6;
/** Maximum bulk deliveries that a lane sends at once, so that a live delivery always finds a free slot. */
const BULK = { own: 4, perOrigin: 3 };
/**
 * How long a webhook waits for an earlier one of its call, so that reports arrive in order unless a fault was drawn. It
 * waits until the earlier one is claimed, and this long from then on. A webhook that failed an attempt delays nothing.
 */
const POLITE_MS = 1_000;

// Every text below reads waiting deliveries by `Delivery_waiting_idx`, which holds nothing of the history. Its cost
// depends neither on the history nor on how many wait for one receiver. The unary plus prevents an index on these
// columns that would cover every delivery ever sent.
const WAITING = `"Delivery" INDEXED BY "Delivery_waiting_idx"`;
const held = (now: string): string => `EXISTS (
	SELECT 1 FROM "Delivery" AS "earlier" INDEXED BY "Delivery_providerId_idx"
	WHERE "earlier"."providerId" = "Delivery"."providerId" AND "earlier"."state" = 'pending'
		AND (+"earlier"."leasedUntil" IS NULL OR "earlier"."claimedAt" > ${now} - ${POLITE_MS})
		AND ("earlier"."dueAt", "earlier"."sequence") < ("Delivery"."dueAt", "Delivery"."sequence"))`;
/** The next origin that has a waiting delivery. Each is found by one index jump past the previous origin. */
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
	// An origin without a free slot wakes the worker when a slot is free. Until then none of its deliveries is due.
	foreign: `SELECT ${firstDue('"Delivery"."origin" = "origins"."origin"', 0)} AS "at" FROM "origins"
		LEFT JOIN "busy" ON "busy"."origin" = "origins"."origin"
		WHERE "origins"."origin" IS NOT NULL AND coalesce("busy"."count", 0) < ${PER_ORIGIN}
	UNION ALL SELECT ${firstDue('"Delivery"."origin" = "origins"."origin"', 1)} FROM "origins"
		LEFT JOIN "busy" ON "busy"."origin" = "origins"."origin"
		WHERE "origins"."origin" IS NOT NULL AND coalesce("busy"."count", 0) < ${PER_ORIGIN}
			AND coalesce("busy"."bulk", 0) < ${BULK.perOrigin}`,
};
/**
 * The next time (`at`) at which a delivery may be claimable. A delivery just claimed releases those behind it after
 * `POLITE_MS`.
 */
export const nextDueIn = (lane: Lane): string => `WITH RECURSIVE ${ORIGINS}, ${busy('?1')}
	SELECT min("at") AS "at" FROM (${FIRST_DUE[lane]} UNION ALL
		SELECT "claimedAt" + ${POLITE_MS} FROM "Delivery" WHERE "leasedUntil" >= ?1 AND "claimedAt" > ?1 - ${POLITE_MS}
			AND +"origin" IS ${lane === 'own' ? '' : 'NOT '}NULL AND +"state" = 'pending')`;

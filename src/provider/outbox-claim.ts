/**
 * Which deliveries a worker takes: those to this server, or those to other addresses. A receiver that hangs must hold
 * back nobody else, so the two lanes have their own hands, and one origin (scheme, host and port, whatever the path)
 * never has more than `PER_ORIGIN` of them.
 */
export type Lane = 'own' | 'foreign';

const PER_ORIGIN = 6;
/** The most bulk deliveries that a lane sends at once, so that a live delivery always finds a free slot. */
const BULK = { own: 4, perOrigin: 3 };
/**
 * How long a webhook lets an earlier one of its call go first, so that reports arrive in order unless chaos was asked
 * for: until that one was taken, and for this long from then on. One that was tried and failed holds back nothing.
 */
const POLITE_MS = 1_000;

// Every text below reads what waits by `Delivery_waiting_idx`, which holds nothing of the history: a look costs the same
// however much was sent before, and however much waits for one receiver. The unary plus keeps SQLite from looking for
// what nobody holds by an index in which all that was ever sent stands.
const WAITING = `"Delivery" INDEXED BY "Delivery_waiting_idx"`;
const held = (now: string): string => `EXISTS (
	SELECT 1 FROM "Delivery" AS "earlier" INDEXED BY "Delivery_providerId_idx"
	WHERE "earlier"."providerId" = "Delivery"."providerId" AND "earlier"."state" = 'pending'
		AND (+"earlier"."leasedUntil" IS NULL OR "earlier"."claimedAt" > ${now} - ${POLITE_MS})
		AND ("earlier"."dueAt", "earlier"."sequence") < ("Delivery"."dueAt", "Delivery"."sequence"))`;
/** Every other origin for which something waits, each found by a jump over all that waits for the one before it. */
const nextOrigin = (after: string): string =>
	`(SELECT "origin" FROM ${WAITING} WHERE "dueAt" IS NOT NULL AND "origin" ${after} ORDER BY "origin" LIMIT 1)`;
const ORIGINS = `"origins" ("origin") AS (
	SELECT ${nextOrigin('IS NOT NULL')}
	UNION ALL SELECT ${nextOrigin('> "origins"."origin"')} FROM "origins" WHERE "origins"."origin" IS NOT NULL)`;
/** How many slots of each origin are taken, and how many of them by bulk. */
const busy = (now: string): string => `"busy" AS (
	SELECT "origin", count(*) AS "count", sum("bulk") AS "bulk" FROM "Delivery" WHERE "leasedUntil" >= ${now} AND +"origin" IS NOT NULL
	GROUP BY +"origin")`;
/** How many slots of the own lane are left for bulk. */
const ownBulkLeft = (now: string): string => `(SELECT max(0, ${BULK.own} - count(*)) FROM "Delivery" AS "busy"
	WHERE "busy"."leasedUntil" >= ${now} AND +"busy"."origin" IS NULL AND +"busy"."bulk")`;

const claimable = (origin: string, bulk: 0 | 1, limit: string | number): string => `SELECT "id", "dueAt" FROM ${WAITING}
	WHERE ${origin} AND "bulk" = ${bulk} AND "dueAt" <= ?3 AND (+"leasedUntil" IS NULL OR +"leasedUntil" < ?3) AND NOT ${held('?3')}
	ORDER BY "dueAt" LIMIT ${limit}`;
/** Live ones first, then bulk, as far as slots are left for it. */
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
/** Takes due deliveries: lease, its end, now, how many. */
export const claimIn = (lane: Lane): string => `UPDATE "Delivery"
	SET "lease" = ?1, "leasedUntil" = ?2, "claimedAt" = ?3, "attempts" = "attempts" + 1
	WHERE "id" IN (${CLAIMED[lane]})
	RETURNING "id", "callId", "type", "url", "body", "attempts", "faults", "failures", "manual", "stateBefore"`;

const firstDue = (origin: string, bulk: 0 | 1): string => `(SELECT "dueAt" FROM ${WAITING}
	WHERE ${origin} AND "bulk" = ${bulk} AND "dueAt" IS NOT NULL AND +"leasedUntil" IS NULL AND NOT ${held('?1')} ORDER BY "dueAt" LIMIT 1)`;
const FIRST_DUE: Record<Lane, string> = {
	own: `SELECT ${firstDue('"origin" IS NULL', 0)} AS "at" UNION ALL
		SELECT ${firstDue('"origin" IS NULL', 1)} WHERE ${ownBulkLeft('?1')} > 0`,
	// An origin whose hands are full wakes the worker when one is free; until then nothing of it is due.
	foreign: `SELECT ${firstDue('"Delivery"."origin" = "origins"."origin"', 0)} AS "at" FROM "origins"
		LEFT JOIN "busy" ON "busy"."origin" = "origins"."origin"
		WHERE "origins"."origin" IS NOT NULL AND coalesce("busy"."count", 0) < ${PER_ORIGIN}
	UNION ALL SELECT ${firstDue('"Delivery"."origin" = "origins"."origin"', 1)} FROM "origins"
		LEFT JOIN "busy" ON "busy"."origin" = "origins"."origin"
		WHERE "origins"."origin" IS NOT NULL AND coalesce("busy"."count", 0) < ${PER_ORIGIN}
			AND coalesce("busy"."bulk", 0) < ${BULK.perOrigin}`,
};
/** When there may be something to take: `at`. What was just taken lets those behind it go when its second is over. */
export const nextDueIn = (lane: Lane): string => `WITH RECURSIVE ${ORIGINS}, ${busy('?1')}
	SELECT min("at") AS "at" FROM (${FIRST_DUE[lane]} UNION ALL
		SELECT "claimedAt" + ${POLITE_MS} FROM "Delivery" WHERE "leasedUntil" >= ?1 AND "claimedAt" > ?1 - ${POLITE_MS}
			AND +"origin" IS ${lane === 'own' ? '' : 'NOT '}NULL AND +"state" = 'pending')`;

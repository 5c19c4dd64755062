import type { Database } from '#db/database.ts';

/** How long a webhook-id is known (its signature is good for five minutes) and an idempotent answer is repeated. */
const KEPT_MS = 24 * 3_600_000;
const EVERY_MS = 10 * 60_000;
const FORGET = [
	'DELETE FROM "Receipt" WHERE "at" < ?',
	'DELETE FROM "IdempotentAnswer" WHERE "at" < ?',
	'DELETE FROM "Minute" WHERE "at" < ?',
	'DELETE FROM "RunMinute" WHERE "at" < ?',
	// Nobody could see any more what was given up of a deleted call, and its provider has been silent since.
	`DELETE FROM "Job" WHERE "kind" IN ('hangup', 'recall') AND "deadAt" < ? AND NOT EXISTS (SELECT 1 FROM "Call" WHERE "id" = "Job"."callId")`,
];

/** Drops what was kept for a day: to recognise repetitions, minutes, and what was given up of deleted calls. */
export async function forget(database: Database, now: number): Promise<void> {
	await Promise.all(FORGET.map((sql) => database.all(sql, now - KEPT_MS)));
}

/** Forgets now and then. The answer stops it. */
export function forgetRepetitions(
	database: Database,
	now: () => number,
	onError: (error: unknown) => void,
): () => void {
	const timer = setInterval(() => void forget(database, now()).catch(onError), EVERY_MS);
	return () => clearInterval(timer);
}

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

export interface ForgettingDeps {
	database: Database;
	now(): number;
	/** Whether the clock has run without a jump for long enough to delete by it. */
	isSteady(): boolean;
	onError(error: unknown): void;
}

/** Forgets every ten minutes. The returned function stops it. */
export function forgetRepetitions({ database, now, isSteady, onError }: ForgettingDeps): () => void {
	const timer = setInterval(() => {
		if (isSteady()) void forget(database, now()).catch(onError);
	}, EVERY_MS);
	return () => clearInterval(timer);
}

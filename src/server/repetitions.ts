import type { Database } from '#db/database.ts';

/**
 * How long the rows below are kept. An idempotent response is replayed for this long. A receipt must last five
 * minutes, while the webhook's signature is valid.
 */
const KEEP_MS = 24 * 3_600_000;
const EVERY_MS = 10 * 60_000;
const DELETE_EXPIRED = [
	'DELETE FROM "Receipt" WHERE "at" < ?',
	'DELETE FROM "IdempotentAnswer" WHERE "at" < ?',
	'DELETE FROM "Minute" WHERE "at" < ?',
	'DELETE FROM "RunMinute" WHERE "at" < ?',
	// Dead jobs of a deleted call: no screen shows them, and no webhook of the call has revived them within a day.
	`DELETE FROM "Job" WHERE "kind" IN ('hangup', 'recall') AND "deadAt" < ? AND NOT EXISTS (SELECT 1 FROM "Call" WHERE "id" = "Job"."callId")`,
];

/** Deletes rows kept for one day: receipts, idempotent responses, minute counters, and dead jobs of deleted calls. */
export async function deleteExpired(database: Pick<Database, 'all'>, now: number): Promise<void> {
	await Promise.all(DELETE_EXPIRED.map((sql) => database.all(sql, now - KEEP_MS)));
}

export interface ExpiryDeps {
	database: Pick<Database, 'all'>;
	now(): number;
	/** Whether the clock has run long enough without a jump to delete rows by their age. */
	isSteady(): boolean;
	onError(error: unknown): void;
}

/** Deletes expired rows every ten minutes. Returns a function that stops this. */
export function startExpiry({ database, now, isSteady, onError }: ExpiryDeps): () => void {
	const timer = setInterval(() => {
		if (isSteady()) void deleteExpired(database, now()).catch(onError);
	}, EVERY_MS);
	return () => clearInterval(timer);
}

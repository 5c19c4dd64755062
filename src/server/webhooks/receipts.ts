import type { Database } from '#db/database.ts';

/** How long a webhook-id is known: far longer than its signature is good for (five minutes). */
const KEPT_MS = 24 * 3_600_000;
const EVERY_MS = 10 * 60_000;

/** Forgets webhook-ids whose signatures have long expired. The answer stops it. */
export function forgetReceipts(database: Database, now: () => number, onError: (error: unknown) => void): () => void {
	const forget = (): void => {
		database.all('DELETE FROM "Receipt" WHERE "at" < ?', now() - KEPT_MS).catch(onError);
	};
	const timer = setInterval(forget, EVERY_MS);
	return () => clearInterval(timer);
}

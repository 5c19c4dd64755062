import type { Database } from '#db/database.ts';

/** How long a webhook-id is known (its signature is good for five minutes) and an idempotent answer is repeated. */
const KEPT_MS = 24 * 3_600_000;
const EVERY_MS = 10 * 60_000;

/** Forgets, now and then, what was kept to recognise repetitions. The answer stops it. */
export function forgetRepetitions(
	database: Database,
	now: () => number,
	onError: (error: unknown) => void,
): () => void {
	const forget = (): void => {
		for (const table of ['Receipt', 'IdempotentAnswer'])
			database.all(`DELETE FROM "${table}" WHERE "at" < ?`, now() - KEPT_MS).catch(onError);
	};
	const timer = setInterval(forget, EVERY_MS);
	return () => clearInterval(timer);
}

import type { Database } from '#db/database.ts';

/** What the app's retention asks of the provider. */
export interface Forgetting {
	/** Drops what is kept of these calls, all that is finished with; answers the ids of which nothing is left. */
	forget(callIds: readonly string[]): Promise<string[]>;
	/** The records behind `after` (an id of the provider's, '' for the first), the oldest first. */
	oldest(after: string, limit: number): Promise<ProviderRecord[]>;
}

export interface ProviderRecord {
	providerId: string;
	callId: string;
	/** Milliseconds since 1970. */
	acceptedAt: number;
}

const IDS = '(SELECT value FROM json_each(?))';
/** On their way, or in somebody's hands. */
const OPEN = `SELECT DISTINCT "callId" FROM "Delivery"
	WHERE "callId" IN ${IDS} AND ("dueAt" IS NOT NULL OR "lease" IS NOT NULL)`;
const RUNNING = `SELECT "callId" FROM "ProviderCall" WHERE "callId" IN ${IDS} AND "state" = 'active' AND "endsAt" > ?`;
const FORGET = [
	`DELETE FROM "Attempt" WHERE "deliveryId" IN (SELECT "id" FROM "Delivery" WHERE "callId" IN ${IDS})`,
	`DELETE FROM "Delivery" WHERE "callId" IN ${IDS}`,
	`DELETE FROM "ProviderCall" WHERE "callId" IN ${IDS}`,
];

const OLDEST =
	'SELECT "providerId", "callId", "acceptedAt" FROM "ProviderCall" WHERE "providerId" > ? ORDER BY "providerId" LIMIT ?';

/** A call that runs, or has a webhook on its way, keeps everything. How often a number was called is never forgotten. */
export function createForgetting(database: Database, now: () => number): Forgetting {
	const forget: Forgetting['forget'] = (callIds) => {
		const ids = JSON.stringify(callIds);
		return database.transact(
			[
				[OPEN, ids],
				[RUNNING, ids, now()],
			],
			(rows) => {
				const unfinished = new Set(rows.flat().map(({ callId }) => callId));
				const finished = callIds.filter((id) => !unfinished.has(id));
				const gone = JSON.stringify(finished);
				return { result: finished, statements: finished.length > 0 ? FORGET.map((sql) => [sql, gone] as const) : [] };
			},
		);
	};
	return { forget, oldest: (after, limit) => database.all<ProviderRecord>(OLDEST, after, limit) };
}

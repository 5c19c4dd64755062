import type { Database, Row, Statement } from '#db/database.ts';

/**
 * The purge port for the app's retention. A call that is active, or has a webhook waiting or under way, is not purged.
 */
export interface Forgetting {
	/**
	 * Purges these calls if they are finished and returns the finished ids. A call with a key of the last 24 hours keeps
	 * its record, and so the key's response.
	 */
	forget(callIds: readonly string[]): Promise<string[]>;
	/** Purges by record ids. Several records may belong to one call. */
	forgetRecords(providerIds: readonly string[]): Promise<void>;
	/** Returns up to `limit` records after `after`, oldest first. `after` is a provider id, or '' for the first. */
	recordsAfter(after: string, limit: number): Promise<ProviderRecord[]>;
}

export interface ProviderRecord {
	providerId: string;
	callId: string;
	/** Milliseconds since 1970. */
	acceptedAt: number;
	/**
	 * True unless this server made the call and gets its reports: those calls use their id as key and have no callback.
	 */
	isForeign: boolean;
}

/** How long the response for an idempotency key is kept, regardless of deletions. */
const KEYS_KEPT_MS = 24 * 3_600_000;

/** SQL texts that select rows by ids in this column. */
const textsBy = (column: 'callId' | 'providerId') => {
	const isOne = `"${column}" IN (SELECT value FROM json_each(?1))`;
	return {
		/** Deliveries that are due later or under a lease. */
		open: `SELECT DISTINCT "${column}" AS "id" FROM "Delivery" WHERE ${isOne} AND ("dueAt" IS NOT NULL OR "lease" IS NOT NULL)`,
		running: `SELECT "${column}" AS "id" FROM "ProviderCall" WHERE ${isOne} AND "state" = 'active' AND "endsAt" > ?2`,
		drop: [
			`DELETE FROM "Attempt" WHERE "deliveryId" IN (SELECT "id" FROM "Delivery" WHERE ${isOne})`,
			`DELETE FROM "Delivery" WHERE ${isOne}`,
		],
		dropRecords: `DELETE FROM "ProviderCall" WHERE ${isOne} AND ("key" IS NULL OR "acceptedAt" <= ?2)`,
	};
};
const [BY_CALL, BY_RECORD] = [textsBy('callId'), textsBy('providerId')];

const RECORDS = `SELECT "providerId", "callId", "acceptedAt", "callbackUrl" IS NOT NULL OR "key" IS NOT "callId" AS "isForeign"
	FROM "ProviderCall" WHERE "providerId" > ? ORDER BY "providerId" LIMIT ?`;

/** The purge keeps `ProviderDice`, which counts the calls of a number: seeded draws depend on it. */
export function createForgetting(database: Database, now: () => number): Forgetting {
	const forget = ({ open, running, drop, dropRecords }: typeof BY_CALL, ids: readonly string[]): Promise<string[]> => {
		const [json, at] = [JSON.stringify(ids), now()];
		const reads: Statement[] = [
			[open, json],
			[running, json, at],
		];
		return database.transact(reads, (rows) => {
			const unfinished = new Set(rows.flat().map(({ id }) => id));
			const finished = ids.filter((id) => !unfinished.has(id));
			const gone = JSON.stringify(finished);
			const drops: Statement[] = [...drop.map((sql): Statement => [sql, gone]), [dropRecords, gone, at - KEYS_KEPT_MS]];
			return { result: finished, statements: finished.length > 0 ? drops : [] };
		});
	};
	return {
		forget: (callIds) => forget(BY_CALL, callIds),
		async forgetRecords(providerIds) {
			await forget(BY_RECORD, providerIds);
		},
		recordsAfter: async (after, limit) => (await database.all(RECORDS, after, limit)).map(recordOf),
	};
}

const recordOf = (row: Row): ProviderRecord => ({
	providerId: String(row.providerId),
	callId: String(row.callId),
	acceptedAt: Number(row.acceptedAt),
	isForeign: row.isForeign === 1,
});

import type { Database, Row, Statement } from '#db/database.ts';

/** What the app's retention asks of the provider. A call that runs, or has a webhook on its way, keeps everything. */
export interface Forgetting {
	/**
	 * Drops what is kept of these calls, all that is finished with; answers the ids of those that are. Of a call that came
	 * with a key within the last 24 hours the record stays, and with it the answer that the key has.
	 */
	forget(callIds: readonly string[]): Promise<string[]>;
	/** The same by records, where several may be of one call. */
	forgetRecords(providerIds: readonly string[]): Promise<void>;
	/** The records behind `after` (an id of the provider's, '' for the first), the oldest first: up to `limit` of them. */
	recordsAfter(after: string, limit: number): Promise<ProviderRecord[]>;
}

export interface ProviderRecord {
	providerId: string;
	callId: string;
	/** Milliseconds since 1970. */
	acceptedAt: number;
	/** No call of this server's own: those have their id as their key, and are reported here. */
	isForeign: boolean;
}

/** A key has its answer for so long, whatever is deleted. */
const KEYS_KEPT_MS = 24 * 3_600_000;

/** Each text by the ids that this column holds. */
const textsBy = (column: 'callId' | 'providerId') => {
	const isOne = `"${column}" IN (SELECT value FROM json_each(?1))`;
	return {
		/** On their way, or in somebody's hands. */
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

/** How often a number was called is never forgotten. */
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

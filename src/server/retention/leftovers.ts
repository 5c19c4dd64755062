import type { Database } from '#db/database.ts';

/** All records of the provider, including those of foreign clients. */
export interface ProviderRecords {
	/** The next page of records after the given one, oldest first. `after` is a `providerId`. */
	recordsAfter(
		after: string,
		limit: number,
	): Promise<{ providerId: string; callId: string; acceptedAt: number; isForeign: boolean }[]>;
	/** Deletes these records and everything that belongs to them. */
	forgetRecords(providerIds: readonly string[]): Promise<void>;
}

export interface OrphansDeps {
	database: Database;
	provider: ProviderRecords;
	/** How many records are deleted at once. */
	size: number;
	/** Waits for a calm moment. Returns whether to continue. */
	waitForCalm(): Promise<boolean>;
	mayContinue(): boolean;
}

const DAY_MS = 86_400_000;
/** How many records are read at once. */
const PAGE = 256;
const OLDEST = 'SELECT "createdAt" FROM "Call" ORDER BY "n" LIMIT 1';
/** Of these calls, those that still exist, and those that a pending job still asks the provider about. */
const KNOWN = `SELECT "id" FROM "Call" WHERE "id" IN (SELECT value FROM json_each(?1))
	UNION SELECT "callId" FROM "Job" WHERE "deadAt" IS NULL AND "callId" IN (SELECT value FROM json_each(?1))`;

/**
 * Deletes provider records whose call is gone here, once no remaining call is as old or the age limit is reached.
 * Records of calls that foreign clients made there are deleted by age alone. Every record stays for a day, because its
 * idempotency key stays valid that long. `before` is -Infinity without an age limit.
 */
export async function deleteOrphans(
	{ database, provider, size, waitForCalm, mayContinue }: OrphansDeps,
	now: number,
	before: number,
): Promise<void> {
	const [oldest] = await database.all(OLDEST);
	const olderThan = {
		own: Math.min(now - DAY_MS, Math.max(before, Number(oldest?.createdAt ?? now))),
		foreign: Math.min(now - DAY_MS, before),
	};
	for (let after = ''; mayContinue();) {
		const records = await provider.recordsAfter(after, PAGE);
		const old = records.filter((one) => one.acceptedAt < olderThan[one.isForeign ? 'foreign' : 'own']);
		const known = await database.all(KNOWN, JSON.stringify(old.map(({ callId }) => callId)));
		const existing = new Set(known.map(({ id }) => id));
		const orphans = old.filter(({ callId }) => !existing.has(callId)).map(({ providerId }) => providerId);
		for (let i = 0; i < orphans.length; i += size) {
			if (!(await waitForCalm())) return;
			await provider.forgetRecords(orphans.slice(i, i + size));
		}
		if (orphans.length === 0) await new Promise(setImmediate);
		const last = records.at(-1);
		if (!last || records.length < PAGE || last.acceptedAt >= olderThan.own) return;
		after = last.providerId;
	}
}

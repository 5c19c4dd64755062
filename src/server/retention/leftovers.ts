import type { Database } from '#db/database.ts';

/** The provider's records, whoever asked for them. */
export interface ProviderRecords {
	/** A page of them, behind that one, the oldest first. */
	recordsAfter(
		after: string,
		limit: number,
	): Promise<{ providerId: string; callId: string; acceptedAt: number; isForeign: boolean }[]>;
	/** Drops these, with all that belongs to them. */
	forgetRecords(providerIds: readonly string[]): Promise<void>;
}

export interface LeftoversDeps {
	database: Database;
	provider: ProviderRecords;
	/** How many are dropped at once. */
	size: number;
	/** Waits for a calm moment; answers whether to go on. */
	rest(): Promise<boolean>;
	goesOn(): boolean;
}

const DAY_MS = 86_400_000;
/** So many are looked at at once. */
const PAGE = 256;
const OLDEST = 'SELECT "createdAt" FROM "Call" ORDER BY "n" LIMIT 1';
/** Of these, those that are there, and those that a job still asks the provider about. */
const KNOWN = `SELECT "id" FROM "Call" WHERE "id" IN (SELECT value FROM json_each(?1))
	UNION SELECT "callId" FROM "Job" WHERE "deadAt" IS NULL AND "callId" IN (SELECT value FROM json_each(?1))`;

/**
 * Drops what the provider still has of calls that are gone here, once no call is left that is as old; and calls that
 * others made there, by their own age alone. For a day all of it stays: so long its keys have their answers. `before` is
 * -Infinity where there is no limit of age.
 */
export async function dropLeftovers(
	{ database, provider, size, rest, goesOn }: LeftoversDeps,
	now: number,
	before: number,
): Promise<void> {
	const [oldest] = await database.all(OLDEST);
	const olderThan = {
		own: Math.min(now - DAY_MS, Math.max(before, Number(oldest?.createdAt ?? now))),
		foreign: Math.min(now - DAY_MS, before),
	};
	for (let after = ''; goesOn();) {
		const records = await provider.recordsAfter(after, PAGE);
		const old = records.filter((one) => one.acceptedAt < olderThan[one.isForeign ? 'foreign' : 'own']);
		const known = await database.all(KNOWN, JSON.stringify(old.map(({ callId }) => callId)));
		const here = new Set(known.map(({ id }) => id));
		const gone = old.filter(({ callId }) => !here.has(callId)).map(({ providerId }) => providerId);
		for (let i = 0; i < gone.length; i += size) {
			if (!(await rest())) return;
			await provider.forgetRecords(gone.slice(i, i + size));
		}
		if (gone.length === 0) await new Promise(setImmediate);
		const last = records.at(-1);
		if (!last || records.length < PAGE || last.acceptedAt >= olderThan.own) return;
		after = last.providerId;
	}
}

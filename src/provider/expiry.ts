import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Statement } from '#db/database.ts';

export interface ExpiryDeps {
	database: Database;
	/** The age in days, and the number of records, beyond which records are deleted. null turns a limit off. */
	keep: { days: number | null; calls: number | null };
	now(): number;
	/** Whether to continue. Checked before each step. */
	goesOn(): boolean;
}

export interface ExpiryTimerDeps extends Omit<ExpiryDeps, 'goesOn'> {
	/** Whether the clock has run long enough without a jump, so that records may be deleted by their age. */
	isSteady(): boolean;
	onError(error: unknown): void;
}

export interface Expiry {
	/** Resolves when the step under way is done. No step begins afterwards. */
	close(): Promise<void>;
}

const DAY_MS = 24 * 3_600_000;
/** No younger record is deleted, because the idempotency key of a record keeps its response this long. */
const KEYS_KEPT_MS = DAY_MS;
const EVERY_MS = 10 * 60_000;
/** Records per transaction, which blocks the event loop for a few milliseconds. */
const STEP = 32;
/** Pause between two steps. */
const REST_MS = 20;
/** Maximum records that one query counts, from the newest back. */
const HOP = 1_000;
/** A record accepted more than this after `now` is from the future: the clock has been set back since. */
const FUTURE_MS = 3_600_000;
/** Greater than every provider id. */
const END = '~';

/**
 * Steps back over records by their ids. Provider ids rise with the time of acceptance, so this is the order of age.
 */
const BACK = `SELECT count(*) AS "read", min("providerId") AS "oldest", sum("acceptedAt" <= ?) AS "counted"
	FROM (SELECT "providerId", "acceptedAt" FROM "ProviderCall" WHERE "providerId" < ? ORDER BY "providerId" DESC LIMIT ?)`;
/**
 * The next records by age. `isOpen`: a webhook of the call has a due time, so it waits or is being sent. A webhook that
 * was canceled during its attempt has none.
 */
const NEXT = `SELECT "providerId", "acceptedAt", EXISTS (
		SELECT 1 FROM "Delivery" WHERE "Delivery"."providerId" = "ProviderCall"."providerId" AND "dueAt" IS NOT NULL
	) AS "isOpen" FROM "ProviderCall" WHERE "providerId" > ? ORDER BY "providerId" LIMIT ${STEP}`;
const IS_ONE = '"providerId" IN (SELECT value FROM json_each(?))';
const DROP = [
	`DELETE FROM "Attempt" WHERE "deliveryId" IN (SELECT "id" FROM "Delivery" WHERE ${IS_ONE})`,
	`DELETE FROM "Delivery" WHERE ${IS_ONE}`,
	`DELETE FROM "ProviderCall" WHERE ${IS_ONE}`,
];

/**
 * Returns the id of the oldest of the newest `count` records. Returns '' if there are fewer, or if the pass must
 * stop. A record from the future, accepted before the clock was set back, does not count.
 */
async function oldestOf({ database, now, goesOn }: ExpiryDeps, count: number): Promise<string> {
	let id = END;
	for (let left = count; left > 0;) {
		const most = Math.min(left, HOP);
		const [hop] = goesOn() ? await database.all(BACK, now() + FUTURE_MS, id, most) : [];
		if (!hop || Number(hop.read) < most) return '';
		id = String(hop.oldest);
		left -= Number(hop.counted);
		await new Promise(setImmediate);
	}
	return id;
}

/**
 * Deletes the records beyond a limit in small steps, the oldest first: provider calls with their deliveries and
 * attempts. Records of the last 24 hours and records with an open webhook stay. `ProviderDice` stays too, because
 * seeded draws depend on it.
 */
export async function expire(deps: ExpiryDeps): Promise<void> {
	const { database, keep, now, goesOn } = deps;
	const firstKept = keep.calls === null ? '' : await oldestOf(deps, keep.calls);
	for (let after: string | null = ''; after !== null && goesOn();) {
		const from: string = after;
		const at = now();
		const before = keep.days === null ? -Infinity : at - keep.days * DAY_MS;
		const step = await database.transact([[NEXT, from]], ([rows = []]) => {
			const beyond = rows.filter(
				({ providerId, acceptedAt }) =>
					Number(acceptedAt) <= at - KEYS_KEPT_MS && (Number(acceptedAt) < before || String(providerId) < firstKept),
			);
			const ids = beyond.filter(({ isOpen }) => isOpen === 0).map(({ providerId }) => providerId);
			const json = JSON.stringify(ids);
			return {
				result: { deleted: ids.length, last: beyond.length < STEP ? null : String(beyond.at(-1)?.providerId) },
				statements: ids.length === 0 ? [] : DROP.map((sql): Statement => [sql, json]),
			};
		});
		after = step.last;
		if (after !== null && step.deleted > 0) await sleep(REST_MS);
	}
}

/** Deletes records beyond a limit now and every ten minutes. Without limits it does nothing. */
export function startExpiry({ isSteady, onError, ...deps }: ExpiryTimerDeps): Expiry {
	let isClosed = false;
	let timer: NodeJS.Timeout | undefined;
	let running: Promise<void> | undefined;
	const goesOn = (): boolean => !isClosed && isSteady();

	function pass(): void {
		running = expire({ ...deps, goesOn })
			.catch(onError)
			.then(() => {
				if (!isClosed) timer = setTimeout(pass, EVERY_MS);
			});
	}

	if (deps.keep.days !== null || deps.keep.calls !== null) pass();
	return {
		async close() {
			isClosed = true;
			clearTimeout(timer);
			await running;
		},
	};
}

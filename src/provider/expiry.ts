import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Statement } from '#db/database.ts';

export interface ExpiryDeps {
	database: Database;
	/** How many days a record is kept, and how many records. null turns a limit off. */
	keep: { days: number | null; calls: number | null };
	now(): number;
	/** Whether to continue. Checked before each step. */
	goesOn(): boolean;
}

export interface ExpiryTimerDeps extends Omit<ExpiryDeps, 'goesOn'> {
	/** Whether the clock has run long enough without a jump to delete by it. */
	isSteady(): boolean;
	onError(error: unknown): void;
}

export interface Expiry {
	/** Resolves when the step under way is done. No step begins afterwards. */
	close(): Promise<void>;
}

const DAY_MS = 24 * 3_600_000;
/** No record is deleted before, because its idempotency key keeps its response this long. */
const KEYS_KEPT_MS = DAY_MS;
const EVERY_MS = 10 * 60_000;
/** Records per transaction, which blocks the event loop for a few milliseconds. */
const STEP = 32;
/** Pause between two steps. */
const REST_MS = 20;
/** How many records are counted at once, from the newest back. */
const HOP = 1_000;
/** A record accepted later than this after now is from the future. */
const FUTURE_MS = 3_600_000;
/** Greater than every provider id. */
const END = '~';

/** Provider ids rise with the time of acceptance, so an id is a place in the order of age. */
const BACK =
	'SELECT "providerId" FROM "ProviderCall" WHERE "providerId" < ? AND "acceptedAt" <= ? ORDER BY "providerId" DESC LIMIT 1 OFFSET ?';
/** A webhook that waits, or is under way, has a due time. */
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
 * Returns the id of the oldest of the newest `count` records; '' if there are fewer, or if the pass must not go on. A
 * record from the future, accepted before the clock was set back, does not count.
 */
async function oldestOf({ database, now, goesOn }: ExpiryDeps, count: number): Promise<string> {
	let id = END;
	for (let left = count; left > 0; left -= HOP) {
		const [row] = goesOn() ? await database.all(BACK, id, now() + FUTURE_MS, Math.min(left, HOP) - 1) : [];
		if (!row) return '';
		id = String(row.providerId);
		await new Promise(setImmediate);
	}
	return id;
}

/**
 * Deletes the records beyond a limit in small steps, the oldest first: provider calls with their deliveries and
 * attempts. Records with an open webhook stay. `ProviderDice` stays too, because seeded draws depend on it.
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

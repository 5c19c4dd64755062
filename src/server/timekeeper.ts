import type { Database } from '#db/database.ts';
import { JUMP_MS, STEADY_MS, watchClock, type Clock, type ClockDeps } from './clock.ts';

export interface TimekeeperDeps extends Omit<ClockDeps, 'onSetBack' | 'isSteady'> {
	database: Database;
	/** Whether no other process works on this database. With several processes, none of them shifts the due times. */
	alone: boolean;
	/** Moves due times back by `ms`. */
	moveTimesBack(ms: number): Promise<void>;
	/** Called when the clock was set back by `ms`. */
	onSetBack(ms: number): void;
	onError(error: unknown): void;
}

/** A clock that corrects due times after a jump, including jumps while the server was stopped. */
export interface Timekeeper extends Clock {
	/**
	 * Stores the current time for the next start. Call it before closing the database. Logs errors instead of throwing.
	 */
	store(): Promise<void>;
}

const READ_TIME = `SELECT "value" FROM "Kept" WHERE "name" = 'clock'`;
const STORE_TIME = `INSERT INTO "Kept" ("name", "value") VALUES ('clock', ?) ON CONFLICT ("name") DO UPDATE SET "value" = excluded."value"`;
const EVERY_MS = 60_000;

/** Compares the clock with its last stored time, then watches it and stores the time every minute. */
export async function startTimekeeper(deps: TimekeeperDeps): Promise<Timekeeper> {
	const { database, alone, now, onResume, onSetBack, onError } = deps;
	const store = async (): Promise<void> => {
		if (alone) await database.all(STORE_TIME, String(now()));
	};
	async function setBack(ms: number): Promise<void> {
		onSetBack(ms);
		if (alone) await deps.moveTimesBack(ms);
		await store();
	}

	const [row] = await database.all(READ_TIME);
	const behindMs = row === undefined ? 0 : Number(row.value) - now();
	// After a longer stop, or without a stored time, a clock that is ahead looks like a correct one.
	const isSteady = row !== undefined && Math.abs(behindMs) <= STEADY_MS;
	if (behindMs > JUMP_MS) await setBack(behindMs);
	else await store();
	const clock = watchClock({ ...deps, isSteady, onSetBack: (ms) => void setBack(ms).catch(onError).then(onResume) });
	const storeOrLog = (): Promise<void> => store().catch(onError);
	const timer = setInterval(() => void storeOrLog(), EVERY_MS).unref();
	return {
		runningSince: clock.runningSince,
		isSteady: clock.isSteady,
		store: storeOrLog,
		close() {
			clock.close();
			clearInterval(timer);
		},
	};
}

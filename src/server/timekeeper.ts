import type { Database } from '#db/database.ts';
import { JUMP_MS, STEADY_MS, watchClock, type Clock, type ClockDeps } from './clock.ts';

export interface TimekeeperDeps extends Omit<ClockDeps, 'onSetBack' | 'isSteady'> {
	database: Database;
	/** Whether no other process works on this database. With several processes, none of them shifts the due times. */
	alone: boolean;
	/** Moves due times back by `ms`. */
	bringBack(ms: number): Promise<void>;
	/** Called when the clock was set back by `ms`. */
	onSetBack(ms: number): void;
	onError(error: unknown): void;
}

/** A clock that corrects due times after a jump, including jumps while the server was stopped. */
export interface Timekeeper extends Clock {
	/**
	 * Stores the current time for the next start. Call it before closing the database. Logs errors instead of throwing.
	 */
	keep(): Promise<void>;
}

const READ = `SELECT "value" FROM "Kept" WHERE "name" = 'clock'`;
const KEEP = `INSERT INTO "Kept" ("name", "value") VALUES ('clock', ?) ON CONFLICT ("name") DO UPDATE SET "value" = excluded."value"`;
const EVERY_MS = 60_000;

/** Compares the clock with its last stored time, then watches it and stores the time every minute. */
export async function keepTime(deps: TimekeeperDeps): Promise<Timekeeper> {
	const { database, alone, now, onResume, onSetBack, onError } = deps;
	const keep = async (): Promise<void> => {
		if (alone) await database.all(KEEP, String(now()));
	};
	async function setBack(ms: number): Promise<void> {
		onSetBack(ms);
		if (alone) await deps.bringBack(ms);
		await keep();
	}

	const [row] = await database.all(READ);
	const behindMs = row === undefined ? 0 : Number(row.value) - now();
	// After a longer stop, or without a stored time, a clock that is ahead looks like a correct one.
	const isSteady = row !== undefined && Math.abs(behindMs) <= STEADY_MS;
	if (behindMs > JUMP_MS) await setBack(behindMs);
	else await keep();
	const clock = watchClock({ ...deps, isSteady, onSetBack: (ms) => void setBack(ms).catch(onError).then(onResume) });
	const keepOrLog = (): Promise<void> => keep().catch(onError);
	const timer = setInterval(() => void keepOrLog(), EVERY_MS).unref();
	return {
		runningSince: clock.runningSince,
		isSteady: clock.isSteady,
		keep: keepOrLog,
		close() {
			clock.close();
			clearInterval(timer);
		},
	};
}

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

/** A clock that moves due times back after the wall clock was set back, even while the server was stopped. */
export interface Timekeeper extends Clock {
	/**
	 * Stores the current time for the next start. Call it before closing the database. Logs errors instead of throwing.
	 */
	store(): Promise<void>;
}

/**
 * Name of the stored time of a process that is alone on the database. If this time is ahead at the next start, the
 * clock was set back.
 */
const LAST = 'clock';
/**
 * Name of the stored time of any process whose clock was steady. A start compares its clock with this time, so a
 * restart does not make a wrong clock steady.
 */
const LAST_STEADY = 'steady-clock';
const READ_TIME = `SELECT "value" FROM "Kept" WHERE "name" = ?`;
const STORE_TIME = `INSERT INTO "Kept" ("name", "value") VALUES (?, ?) ON CONFLICT ("name") DO UPDATE SET "value" = excluded."value"`;
const FORGET_TIME = `DELETE FROM "Kept" WHERE "name" = ?`;
const EVERY_MS = 60_000;

/** Compares the clock with its last stored times, then watches it and stores the time every minute. */
export async function startTimekeeper(deps: TimekeeperDeps): Promise<Timekeeper> {
	const { database, alone, now, onResume, onSetBack, onError } = deps;
	const stored = async (name: string): Promise<number | null> => {
		const [row] = await database.all(READ_TIME, name);
		return row === undefined ? null : Number(row.value);
	};
	const store = async (isSteady: boolean): Promise<void> => {
		// Read before any wait: the clock may jump meanwhile.
		const at = String(now());
		if (alone) await database.all(STORE_TIME, LAST, at);
		if (isSteady) await database.all(STORE_TIME, LAST_STEADY, at);
	};
	/** After a jump, a restart must not be steady, however small the jump was. */
	const forgetSteady = (): Promise<unknown> => database.all(FORGET_TIME, LAST_STEADY);
	async function setBack(ms: number): Promise<void> {
		onSetBack(ms);
		if (alone) await deps.moveTimesBack(ms);
		await store(false);
	}

	const behindMs = ((await stored(LAST)) ?? now()) - now();
	if (behindMs > JUMP_MS) {
		await forgetSteady();
		await setBack(behindMs);
	}
	const steady = await stored(LAST_STEADY);
	const isSteady = steady !== null && Math.abs(steady - now()) <= STEADY_MS;
	await store(isSteady);
	const onJump = (ms: number): void => {
		deps.onJump(ms);
		void forgetSteady().catch(onError);
	};
	const clock = watchClock({
		...deps,
		isSteady,
		onJump,
		onSetBack: (ms) => void setBack(ms).catch(onError).then(onResume),
	});
	const storeOrLog = (): Promise<void> => store(clock.isSteady()).catch(onError);
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

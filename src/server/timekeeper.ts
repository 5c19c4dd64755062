import type { Database } from '#db/database.ts';
import { JUMP_MS, STEADY_MS, watchClock, type Clock, type ClockDeps } from './clock.ts';

export interface TimekeeperDeps extends Omit<ClockDeps, 'onSetBack' | 'isSteady'> {
	database: Database;
	/** No other process works on this database. Where others do, none of them moves the times of its rows. */
	alone: boolean;
	/** Brings what is due by the clock back by so many milliseconds. */
	bringBack(ms: number): Promise<void>;
	/** The clock was set back by so many milliseconds. */
	onSetBack(ms: number): void;
	onError(error: unknown): void;
}

/** A clock whose jumps are made good, also those that happen while the server is stopped. */
export interface Timekeeper extends Clock {
	/** Keeps what the clock says now, for the next start. Call it before the database is closed. An error is logged. */
	keep(): Promise<void>;
}

const READ = `SELECT "value" FROM "Kept" WHERE "name" = 'clock'`;
const KEEP = `INSERT INTO "Kept" ("name", "value") VALUES ('clock', ?) ON CONFLICT ("name") DO UPDATE SET "value" = excluded."value"`;
const EVERY_MS = 60_000;

/** Compares the clock with what it said last, which is kept once a minute, and watches it from then on. */
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
	// After a longer rest, and on a file without a row, nothing tells a clock that is ahead from one that is right.
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

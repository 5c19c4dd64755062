import type { Database } from '#db/database.ts';
import { createSteadyClock } from './steady-clock.ts';

const READ = `SELECT "value" FROM "Kept" WHERE "name" = 'believed-time'`;
const KEEP = `INSERT INTO "Kept" ("name", "value") VALUES ('believed-time', ?)
	ON CONFLICT ("name") DO UPDATE SET "value" = excluded."value"`;

/**
 * The time as far as it can be believed (`steady-clock.ts`), in milliseconds since 1970, kept at each look: the next start
 * goes on from there. It has a row of its own because whatever else is stored has the clock's time, whether that jumped or
 * not. -Infinity until the first hour has gone evenly.
 */
export function keepBelievedTime(database: Database, now: () => number, uptime: () => number): () => Promise<number> {
	let look: (() => number) | undefined;
	return async () => {
		if (!look) {
			const [kept] = await database.all(READ);
			look = createSteadyClock(now, uptime, kept === undefined ? -Infinity : Number(kept.value));
		}
		const time = look();
		if (Number.isFinite(time)) await database.all(KEEP, String(time));
		return time;
	};
}

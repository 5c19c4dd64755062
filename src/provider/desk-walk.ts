import { setTimeout as sleep } from 'node:timers/promises';
import type { DeliveryState } from '#contract';
import type { Database, Row, Value } from '#db/database.ts';

/** The sort key of a delivery: provider ids rise with the time of acceptance. Lists begin with the greatest key. */
export interface Place {
	providerId: string;
	sequence: number;
}

/** SQL conditions on columns other than the state, and the values of their parameters. */
export interface Conditions {
	where: readonly string[];
	values: readonly Value[];
}

/** Which deliveries to count or change: those of one state that also meet the conditions. */
export interface Wanted extends Conditions {
	state: DeliveryState;
}

/** Maximum deliveries per reading step. A step that reads only the index may cover more. */
const [STEP, INDEX_STEP] = [500, 10_000];
/** Target duration of a step, which blocks the event loop. After a slow step the next one covers fewer deliveries. */
const STEP_MS = 4;
const LEAST = 20;
/**
 * Deliveries per writing step. The size is fixed: a writing step also waits for other writes, so its duration does
 * not show what the step costs.
 */
const WRITE_STEP = 250;
const WRITE_REST_MS = 5;

const AFTER = `("providerId", "sequence") < (?, ?)`;
const FROM = `("providerId", "sequence") >= (?, ?)`;
const ORDER = `ORDER BY "providerId" DESC, "sequence" DESC`;
const OF_STATE = `FROM "Delivery" INDEXED BY "Delivery_state_providerId_sequence_idx" WHERE "state" = ?`;
const FIRST: Place = { providerId: '\uffff', sequence: 0 };

export const placeOf = (row: Row): Place => ({ providerId: String(row.providerId), sequence: Number(row.sequence) });

/** The deliveries of one step: those that follow `after`, up to and including `to`. null means all the rest. */
interface Stretch {
	after: Place;
	to: Place | null;
}

/**
 * SQL for the deliveries of these states, newest first. In the index, the deliveries of each state have this order,
 * and SQLite merges the states. One statement reads all states: between two statements a delivery could change its
 * state and appear in neither.
 */
const inOrder = (columns: string, states: readonly DeliveryState[], conditions: readonly string[]): string =>
	`${states.map(() => [`SELECT ${columns} ${OF_STATE}`, ...conditions].join(' AND ')).join(' UNION ALL ')} ${ORDER}`;

/**
 * Calls `look` for each step of these states' deliveries, newest first, and lets other work run between steps.
 * `look` returns false to stop the walk. Returns the key to continue after, or null at the end.
 */
async function walk(
	database: Database,
	{ states, most, writes = false }: { states: readonly DeliveryState[]; most: number; writes?: boolean },
	from: Place | null,
	look: (stretch: Stretch) => Promise<boolean>,
): Promise<Place | null> {
	let size = most;
	for (let after = from ?? FIRST; ;) {
		const began = performance.now();
		const [row] = await database.all(
			`${inOrder('"providerId", "sequence"', states, [AFTER])} LIMIT 1 OFFSET ${size - 1}`,
			...states.flatMap((state) => [state, after.providerId, after.sequence]),
		);
		const to = row ? placeOf(row) : null;
		const goesOn = await look({ after, to });
		if (to === null || !goesOn) return to;
		after = to;
		if (writes) {
			await sleep(WRITE_REST_MS);
			continue;
		}
		const faster = Math.min(2, STEP_MS / (performance.now() - began));
		size = Math.round(Math.max(LEAST, Math.min(most, size * faster)));
		await new Promise(setImmediate);
	}
}

/** Returns SQL conditions, with their values, for the deliveries of a stretch that meet the other conditions. */
function boundsOf({ where, values }: Conditions, { after, to }: Stretch): [conditions: string[], values: Value[]] {
	return [
		[AFTER, ...(to === null ? [] : [FROM]), ...where],
		[after.providerId, after.sequence, ...(to === null ? [] : [to.providerId, to.sequence]), ...values],
	];
}

function conditionsOf(wanted: Wanted, stretch: Stretch): [sql: string, values: Value[]] {
	const [conditions, values] = boundsOf(wanted, stretch);
	return [[OF_STATE, ...conditions].join(' AND '), [wanted.state, ...values]];
}

/** Counts the matching deliveries. */
export async function countOf(database: Database, wanted: Wanted): Promise<number> {
	let count = 0;
	const most = wanted.where.length === 0 ? INDEX_STEP : STEP;
	await walk(database, { states: [wanted.state], most }, null, async (stretch) => {
		const [sql, values] = conditionsOf(wanted, stretch);
		const [row] = await database.all(`SELECT count(*) AS "count" ${sql}`, ...values);
		count += Number(row?.count);
		return true;
	});
	return count;
}

/**
 * Returns up to `most` matching deliveries, newest first, and the key to continue after, or null at the end.
 * Returns fewer once `performance.now()` has passed `until`.
 */
export async function findIn(
	database: Database,
	states: readonly DeliveryState[],
	conditions: Conditions,
	{ from, most, until }: { from: Place | null; most: number; until: number },
): Promise<{ found: Row[]; stoppedAt: Place | null }> {
	const found: Row[] = [];
	const read = async (stretch: Stretch): Promise<void> => {
		const [bounds, values] = boundsOf(conditions, stretch);
		const sql = `${inOrder('*', states, bounds)} LIMIT ?`;
		const each = states.flatMap((state) => [state, ...values]);
		found.push(...(await database.all(sql, ...each, most - found.length)));
	};
	// Without other conditions, one read of the index returns exactly the page, so no walk is needed.
	if (conditions.where.length === 0) await read({ after: from ?? FIRST, to: null });
	const stoppedAt =
		conditions.where.length === 0
			? null
			: await walk(database, { states, most: STEP }, from, async (stretch) => {
					await read(stretch);
					return found.length < most && performance.now() < until;
				});
	return { found, stoppedAt: found.length === most ? placeOf(found.at(-1)!) : stoppedAt };
}

/**
 * Runs `update` on the matching deliveries in steps. `update` is the beginning of an UPDATE, up to its conditions,
 * and `set` returns the values of its parameters. Calls `took` with the changed ids after each step.
 */
export async function changeAll(
	database: Database,
	wanted: Wanted,
	update: string,
	set: () => readonly Value[],
	took: (ids: string[]) => void,
): Promise<void> {
	await walk(database, { states: [wanted.state], most: WRITE_STEP, writes: true }, null, async (stretch) => {
		const [sql, values] = conditionsOf(wanted, stretch);
		const ids = await database.all(`${update} "id" IN (SELECT "id" ${sql}) RETURNING "id"`, ...set(), ...values);
		took(ids.map(({ id }) => String(id)));
		return true;
	});
}

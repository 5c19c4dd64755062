import { setTimeout as sleep } from 'node:timers/promises';
import type { DeliveryState } from '#contract';
import type { Database, Row, Value } from '#db/database.ts';

/** A delivery's place in every list. The newest delivery has the greatest place. */
export interface Place {
	providerId: string;
	sequence: number;
}

/** Conditions on all columns except the state, each with one value. */
export interface Conditions {
	where: readonly string[];
	values: readonly Value[];
}

/** Selects deliveries of one state, with other conditions. */
export interface Wanted extends Conditions {
	state: DeliveryState;
}

/** Maximum deliveries per step. A step that reads only the index covers more. */
const [STEP, INDEX_STEP] = [500, 10_000];
/** Target duration of a step, which blocks the event loop. After a slow step the next one covers fewer deliveries. */
const STEP_MS = 4;
const LEAST = 20;
/** Maximum rows per writing step. Its duration includes the wait for the writer, so it cannot size the next step. */
const WRITE_STEP = 250;
const WRITE_REST_MS = 5;

const AFTER = `("providerId", "sequence") < (?, ?)`;
const FROM = `("providerId", "sequence") >= (?, ?)`;
const ORDER = `ORDER BY "providerId" DESC, "sequence" DESC`;
const OF_STATE = `FROM "Delivery" INDEXED BY "Delivery_state_providerId_sequence_idx" WHERE "state" = ?`;
const FIRST: Place = { providerId: '\uffff', sequence: 0 };

export const placeOf = (row: Row): Place => ({ providerId: String(row.providerId), sequence: Number(row.sequence) });

/** A stretch of a state's deliveries. `to` is its last place, or null if it reaches the end. */
interface Stretch {
	after: Place;
	to: Place | null;
}

/**
 * SQL for the deliveries of these states, newest first. Each state's index has this order, and SQLite merges the
 * indexes. One statement reads all states: between two statements a delivery could change its state and appear in
 * neither.
 */
const inOrder = (columns: string, states: readonly DeliveryState[], conditions: readonly string[]): string =>
	`${states.map(() => [`SELECT ${columns} ${OF_STATE}`, ...conditions].join(' AND ')).join(' UNION ALL ')} ${ORDER}`;

/**
 * Walks the deliveries of these states in steps, newest first, and lets other work run between steps. `look` returns
 * false to stop. Returns the place to continue after, or null at the end.
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

/** Conditions and values that limit deliveries to a stretch and to the other conditions. */
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

/** Returns up to `most` matching deliveries, newest first, and the place to continue after, or null at the end. */
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
	// Without other conditions the indexes return exactly the page, so no walk is needed.
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
 * Changes the matching deliveries by `update`, a text that ends where its conditions begin. Calls `took` after each
 * step.
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

import { setTimeout as sleep } from 'node:timers/promises';
import type { DeliveryState } from '#contract';
import type { Database, Row, Value } from '#db/database.ts';

/** A delivery's place in every list: the newest has the greatest. */
export interface Place {
	providerId: string;
	sequence: number;
}

/** Conditions on all columns but the state, each with one value. */
export interface Conditions {
	where: readonly string[];
	values: readonly Value[];
}

/** Which deliveries: of one state, with other conditions. */
export interface Wanted extends Conditions {
	state: DeliveryState;
}

/** How many deliveries one step looks at, at most. Where only the index is read, it takes more of them. */
const [STEP, INDEX_STEP] = [500, 10_000];
/** A step takes about so long, as nothing else runs meanwhile: after a slow one the next looks at fewer. */
const STEP_MS = 4;
const LEAST = 20;
/** The most rows that one writing step changes. The step waits for its turn among the writes, so its time says little. */
const WRITE_STEP = 250;
const WRITE_REST_MS = 5;

const AFTER = `("providerId", "sequence") < (?, ?)`;
const FROM = `("providerId", "sequence") >= (?, ?)`;
const ORDER = `ORDER BY "providerId" DESC, "sequence" DESC`;
const OF_STATE = `FROM "Delivery" INDEXED BY "Delivery_state_providerId_sequence_idx" WHERE "state" = ?`;
const FIRST: Place = { providerId: '\uffff', sequence: 0 };

export const placeOf = (row: Row): Place => ({ providerId: String(row.providerId), sequence: Number(row.sequence) });

/** A stretch of a state's deliveries. `to` is its last place; null where it reaches to the end. */
interface Stretch {
	after: Place;
	to: Place | null;
}

/**
 * Deliveries of these states, the newest first: each state's index gives them in this order, and SQLite takes them from
 * each as they come. It is one statement because a delivery that changes its state between two would be in neither.
 */
const inOrder = (columns: string, states: readonly DeliveryState[], conditions: readonly string[]): string =>
	`${states.map(() => [`SELECT ${columns} ${OF_STATE}`, ...conditions].join(' AND ')).join(' UNION ALL ')} ${ORDER}`;

/**
 * Goes through the deliveries of these states in steps, the newest first, between which other work runs. `look` returns
 * false to stop. Returns the place behind which to go on; null at the end.
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

/** What a stretch and the other conditions ask of each delivery. */
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

/** Counts those that match. */
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

/** Up to `most` of those that match, the newest first, and the place behind which more may follow; null at the end. */
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
	// Without other conditions the indexes give exactly these.
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

/** Changes those that match by `update`, a text that ends where its conditions begin; `took` hears of each step. */
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

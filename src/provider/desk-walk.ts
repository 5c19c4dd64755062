import { setTimeout as sleep } from 'node:timers/promises';
import type { DeliveryState } from '#contract';
import type { Database, Row, Value } from '#db/database.ts';

/** A delivery's place in every list: the newest has the greatest. */
export interface Place {
	providerId: string;
	sequence: number;
}

/** A delivery that matches. */
export interface Found extends Place {
	id: string;
}

/** Which deliveries: of one state, with conditions on other columns. */
export interface Wanted {
	state: DeliveryState;
	where: readonly string[];
	values: readonly Value[];
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

export const isBehind = (one: Place, other: Place): boolean =>
	one.providerId < other.providerId || (one.providerId === other.providerId && one.sequence < other.sequence);

export const placeOf = (row: Row): Place => ({ providerId: String(row.providerId), sequence: Number(row.sequence) });

/** A stretch of a state's deliveries. `to` is its last place; null where it reaches to the end. */
interface Stretch {
	after: Place;
	to: Place | null;
}

/**
 * Goes through a state's deliveries in steps, the newest first, between which other work runs. `look` returns false to
 * stop. Returns the place behind which to go on; null at the end.
 */
async function walk(
	database: Database,
	{ state, where }: Wanted,
	from: Place | null,
	look: (stretch: Stretch) => Promise<boolean>,
	writes = false,
): Promise<Place | null> {
	const most = where.length === 0 ? INDEX_STEP : STEP;
	let size = writes ? WRITE_STEP : most;
	for (let after = from ?? FIRST; ;) {
		const began = performance.now();
		const [row] = await database.all(
			`SELECT "providerId", "sequence" ${OF_STATE} AND ${AFTER} ${ORDER} LIMIT 1 OFFSET ${size - 1}`,
			...[state, after.providerId, after.sequence],
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

const conditionsOf = ({ state, where, values }: Wanted, { after, to }: Stretch): [sql: string, values: Value[]] => [
	[OF_STATE, AFTER, ...(to === null ? [] : [FROM]), ...where].join(' AND '),
	[state, after.providerId, after.sequence, ...(to === null ? [] : [to.providerId, to.sequence]), ...values],
];

/** Counts those that match. */
export async function countOf(database: Database, wanted: Wanted): Promise<number> {
	let count = 0;
	await walk(database, wanted, null, async (stretch) => {
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
	wanted: Wanted,
	from: Place | null,
	most: number,
	until: number,
): Promise<{ found: Found[]; stoppedAt: Place | null }> {
	const found: Found[] = [];
	const read = async (stretch: Stretch): Promise<void> => {
		const [sql, values] = conditionsOf(wanted, stretch);
		const rows = await database.all(
			`SELECT "id", "providerId", "sequence" ${sql} ${ORDER} LIMIT ?`,
			...values,
			most - found.length,
		);
		found.push(...rows.map((row) => ({ id: String(row.id), ...placeOf(row) })));
	};
	// Without other conditions the index gives exactly these.
	if (wanted.where.length === 0) {
		await read({ after: from ?? FIRST, to: null });
		return { found, stoppedAt: found.length === most ? found.at(-1)! : null };
	}
	const stoppedAt = await walk(database, wanted, from, async (stretch) => {
		await read(stretch);
		return found.length < most && performance.now() < until;
	});
	return { found, stoppedAt: found.length === most ? found.at(-1)! : stoppedAt };
}

/** Changes those that match by `update`, a text that ends where its conditions begin; `took` hears of each step. */
export async function changeAll(
	database: Database,
	wanted: Wanted,
	update: string,
	set: () => readonly Value[],
	took: (ids: string[]) => void,
): Promise<void> {
	// It writes each row, so that its steps are small whatever the filter.
	const stepped = { ...wanted, where: [...wanted.where, '1'] };
	await walk(
		database,
		stepped,
		null,
		async (stretch) => {
			const [sql, values] = conditionsOf(stepped, stretch);
			const ids = await database.all(`${update} "id" IN (SELECT "id" ${sql}) RETURNING "id"`, ...set(), ...values);
			took(ids.map(({ id }) => String(id)));
			return true;
		},
		true,
	);
}

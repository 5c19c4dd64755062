import { expect, it } from 'vitest';
import type { DeliveryQuery, DeliveryState } from '#contract';
import type { Database, Value } from '#db/database.ts';
import { migratedDatabase } from '#tests/support/database.ts';
import { createDesk } from './desk.ts';

const PROVIDER = `sim_${'1'.repeat(32)}`;
const ADD = `INSERT INTO "Delivery" ("id", "providerId", "callId", "sequence", "type", "body", "state", "dueAt", "attempts", "createdAt", "lastStatus")
	VALUES (?1, '${PROVIDER}', 'call', ?2, 'call.ended', '{}', ?3, NULL, 1, 1000, 500)`;
const MOVE = `UPDATE "Delivery" SET "state" = ? WHERE "id" = 'moves'`;

/**
 * Returns a function that lists the deliveries. While the list is read, the middle delivery changes its state,
 * after the given number of statements.
 */
async function openList() {
	const database = await migratedDatabase();
	await database.all(ADD, 'older', 1, 'delivered');
	await database.all(ADD, 'moves', 2, 'pending');
	await database.all(ADD, 'newer', 3, 'dead');
	let [left, next]: [number, DeliveryState] = [0, 'pending'];
	const moving: Database = {
		...database,
		async all<R>(sql: string, ...values: Value[]) {
			const rows = await database.all<R>(sql, ...values);
			if (--left === 0) await database.all(MOVE, next);
			return rows;
		},
	};
	const nothing = (): void => undefined;
	const desk = createDesk({ database: moving, ownUrl: () => '', now: () => 0, onDue: nothing, onChanged: nothing });
	return async (from: DeliveryState, to: DeliveryState, statements: number, query: DeliveryQuery) => {
		await database.all(MOVE, from);
		[left, next] = [statements, to];
		return (await desk.list(query)).deliveries.map(({ id, state }) => ({ id, state }));
	};
}

const MOVES: [DeliveryState, DeliveryState][] = [
	['pending', 'delivered'],
	['retrying', 'delivered'],
	['retrying', 'dead'],
	['dead', 'retrying'],
	['delivered', 'retrying'],
	['retrying', 'canceled'],
];
const STATEMENTS = 12;

it.each(MOVES)(
	'[V30] a delivery that changes from %s to %s while the list is read is listed once',
	async (from, to) => {
		const list = await openList();
		for (const filter of [{}, { code: 500 }, { from: '1970-01-01T00:00:00Z' }])
			for (let statements = 1; statements <= STATEMENTS; statements++) {
				const shown = await list(from, to, statements, filter);
				expect([statements, shown.map(({ id }) => id)]).toEqual([statements, ['newer', 'moves', 'older']]);
			}
	},
);

it.each(MOVES)(
	'[V31] a delivery that changes from %s to %s is listed with a state of the filter, or not at all',
	async (from, to) => {
		const list = await openList();
		for (const filter of [{}, { code: 500 }, { callId: 'call' }])
			for (const state of [from, to])
				for (let statements = 1; statements <= STATEMENTS; statements++) {
					const shown = await list(from, to, statements, { ...filter, state: [state] });
					expect(shown.filter((one) => one.state !== state)).toEqual([]);
				}
	},
);

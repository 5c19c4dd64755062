import { describe, expect, it } from 'vitest';
import type { Attempt } from '#contract';
import { migratedDatabase } from '#tests/support/database.ts';
import { createOutboxStore, type DueDelivery } from './outbox-store.ts';

const DUE = `INSERT INTO "Delivery" ("id", "providerId", "callId", "sequence", "type", "body", "state", "dueAt", "attempts", "createdAt")
	VALUES ('msg_1', 'sim_1', 'a', 1, 'call.ended', '{}', 'pending', 0, 0, 0)`;
const attempt = ({ attempts }: DueDelivery, status: number): Attempt => ({
	number: attempts,
	at: new Date(0).toISOString(),
	durationMs: 1,
	manual: false,
	request: { headers: {}, body: '{}' },
	error: null,
	response: { status, headers: {}, body: '', truncated: false },
});

describe('an attempt whose lease was lost', () => {
	it('[V29] is recorded and decides nothing', async () => {
		const database = await migratedDatabase();
		await database.all(DUE);
		const store = createOutboxStore(database, 'own');
		const [first] = (await store.claim(10, 1, 'first', 20)) as [DueDelivery];
		const [second] = (await store.claim(30, 1, 'second', 40)) as [DueDelivery];
		const row = async (): Promise<unknown> =>
			(await database.all('SELECT "state", "lease", "attempts", "lastStatus" FROM "Delivery"'))[0];
		const held = await row();
		await store.settle(first, [attempt(first, 500)], { state: 'retrying', dueAt: 50, failures: 1 });
		expect(await row()).toEqual(held);
		await store.settle(second, [attempt(second, 204)], { state: 'delivered', dueAt: null, failures: 0 });
		expect(await row()).toEqual({ state: 'delivered', lease: null, attempts: 2, lastStatus: 204 });
		const told = await database.all('SELECT "number", "response" FROM "Attempt" ORDER BY "number"');
		expect(told.map(({ number, response }) => [number, String(response).includes('500')])).toEqual([
			...[
				[1, true],
				[2, false],
			],
		]);
	});
});
